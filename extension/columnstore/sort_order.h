#pragma once

#include "extension/columnstore/settings.h"
#include "extension/columnstore/writer.h"

#include "extension/pg/postgres.h"
extern "C" {
#include <utils/rel.h>
#include <utils/tuplesort.h>
}

namespace varve::columnstore {

/// Settings in terms of a chunk's columns: the keys of a sort.
struct SortOrder {
  int count;
  AttrNumber* attributes;
  Oid* operators;
  Oid* collations;
  bool* nulls_first;
  SortColumn* columns;  // the same for the row groups
};

/// Reports 42703 where the chunk has not the columns, 42883 where a type has no order. C API, as
/// all here.
SortOrder sort_order(Relation chunk, const Settings& settings);

/// An empty sort of the chunk's rows, in so much memory.
Tuplesortstate* begin_sort(Relation chunk, const SortOrder& order, int kilobytes);

}  // namespace varve::columnstore
