#pragma once

#include <algorithm>

#include "kernel/codec/validity.h"

#include "extension/columnar/planned_groups.h"
#include "extension/columnstore/reader.h"
#include "extension/columnstore/sparse_settings.h"

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

inline double vectors_of(double rows) { return std::max(1.0, rows / columnstore::kVectorLength); }
inline double groups_of(double rows) { return std::max(1.0, rows / codec::kMaxRows); }

/// Vectors that hold the part of a chunk's rows, and one a group at least.
inline double vectors_touched(double rows, Selectivity part) {
  return std::min(vectors_of(rows), groups_of(rows) + vectors_of(rows) * part);
}

/// Whether row groups of the chunk have bloom filters of the column that are asked.
inline bool is_filtered(Relation chunk, AttrNumber column) {
  if (!columnstore::are_blooms_read()) return false;
  const columnstore::GroupOrder order = group_order(chunk);
  return std::find(order.filtered, order.filtered + order.filtered_count, column) !=
         order.filtered + order.filtered_count;
}

/// Vectors of the row groups that bloom filters leave, where as many rows have one of the values
/// that are asked for: the groups that have them, and a few that are taken for such.
inline double vectors_behind_filters(double rows, double matching) {
  constexpr double kMistaken = 0.012;
  const double groups = groups_of(rows);
  return vectors_of(rows) * std::min(1.0, std::min(groups, matching) / groups + kMistaken);
}

}  // namespace varve::columnar
