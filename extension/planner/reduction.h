#pragma once

#include "extension/pg/postgres.h"
extern "C" {
#include <nodes/parsenodes.h>
#include <nodes/pg_list.h>
}

// Queries whose answer does not change when of all rows with equal keys only one is kept:
//
//   SELECT DISTINCT device FROM readings
//   SELECT DISTINCT ON (device) * FROM readings ORDER BY device, time DESC
//   SELECT device, last(value, time), max(time) FROM readings GROUP BY device
//   SELECT count(DISTINCT device) FROM readings
//
// Whoever reads the relation may leave out the others.
namespace varve::planner {

struct ReductionKey {
  AttrNumber column;
  Oid equality;  // the operator that says which values are the same
};

struct ReductionOrder {
  AttrNumber column;
  Oid family;  // btree
  bool descending;
  bool nulls_first;
};

/// One row for each value of the keys, the first by `rest`.
struct Reduction {
  List* keys;    // ReductionKey*
  List* rest;    // ReductionOrder*; NIL: any row
  List* wanted;  // ReductionOrder*: what the query sorts its result by, as far as it is known
};

/// Whether `query` is of this kind, as far as its one relation at `index` of the range table is
/// concerned. Its FROM and WHERE are for the caller to look at. C API.
bool reduction_of(const Query& query, int index, Reduction* reduction);

}  // namespace varve::planner
