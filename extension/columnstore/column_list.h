#pragma once

#include "extension/pg/postgres.h"
extern "C" {
#include <nodes/pg_list.h>
}

namespace varve::columnstore {

/// What `time DESC NULLS LAST, "Device"` names: a List of OrderColumn*; nulls are first where
/// the order descends, unless the text says otherwise. Empty text is an empty list. Reports 42601.
/// C API.
List* parse_order(const char* option, const char* text);

/// The same of names alone: a List of char*.
List* parse_columns(const char* option, const char* text);

}  // namespace varve::columnstore
