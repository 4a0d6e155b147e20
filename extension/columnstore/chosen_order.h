#pragma once

#include "extension/columnstore/settings.h"

#include "extension/pg/postgres.h"

// What the options of a hypertable do not say of the order of its rows. C API.
namespace varve::columnstore {

/// The order ends with time, so that rows of a segment are found by it.
void append_time(Settings& settings, const char* time);

/// Choose by indexes, and say in a NOTICE what and why.
void choose_segmentby(Settings& settings, Oid hypertable, const char* time);
void choose_orderby(Settings& settings, Oid hypertable, const char* time);

}  // namespace varve::columnstore
