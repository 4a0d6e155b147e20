#pragma once

#include <algorithm>

#include "extension/columnar/planned_groups.h"
#include "extension/columnstore/reader.h"

#include "extension/pg/postgres.h"
extern "C" {
#include <nodes/nodes.h>
}

// For costs: how much of a chunk's row groups a condition makes one look at. C API.
namespace varve::columnar {

/// The part of all rows in whose vectors one has to look, given how selective the conditions on a
/// column are (1: there are none). Row groups are sorted: conditions on the first columns of the
/// order narrow it down, those on others hardly.
template <class SelectivityOf>
Selectivity part_touched(Relation chunk, SelectivityOf&& selectivity_of) {
  const columnstore::GroupOrder order = group_order(chunk);
  Selectivity part = 1;
  for (int i = 0; i < order.count; ++i) {
    const Selectivity selectivity = selectivity_of(order.attributes[i]);
    if (selectivity >= 1) break;
    part *= selectivity;
  }
  return part;
}

/// Vectors that hold the part of a chunk's rows, and one a group at least.
inline double vectors_touched(double rows, Selectivity part) {
  const double vectors = std::max(1.0, rows / columnstore::kVectorLength);
  const double groups = std::max(1.0, rows / 65536);
  return std::min(vectors, groups + vectors * part);
}

}  // namespace varve::columnar
