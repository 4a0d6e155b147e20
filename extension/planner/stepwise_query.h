#pragma once

#include "extension/pg/postgres.h"
extern "C" {
#include <nodes/parsenodes.h>
}

// Queries that want the newest rows (or the oldest) of a hypertable with many chunks:
//
//   SELECT ... FROM readings WHERE device = 7 ORDER BY time DESC LIMIT 10
//
// Planned as it stands, every chunk gets paths, though a few will be read; above a thousand chunks
// planning alone takes seconds. Instead the plan has one node, which runs the same query over the
// newest four chunks, planned when the node runs, then over the next eight, and so on, until the
// LIMIT above it is satisfied. What is planned is what is read.
namespace varve::planner {

/// The query of the steps of a relation, or null: kept in `subquery`, which a relation's entry has
/// no other use for, from here until the paths are made. Its first columns are those of the
/// relation, NULL where nobody needs them; its conditions get the bounds of the step added.
inline Query* step_query_of(const RangeTblEntry& entry) {
  return entry.rtekind == RTE_RELATION && !entry.inh ? entry.subquery : nullptr;
}

/// Where `query` is of this form and may have to plan many chunks, gives its relation a step query
/// and hides the chunks from the planner. Bounds by constants must have been added already.
///
/// Form    SELECT from one hypertable alone, without grouping, windows, subqueries and locking,
///         ordered by its time column first, with a LIMIT. Columns of outer queries may stand in
///         its conditions: the last point of each device, by LATERAL.
void plan_stepwise(Query& query);

/// `SELECT max(time), min(time) FROM readings WHERE ...` of a hypertable with many chunks becomes
/// `SELECT (SELECT time FROM readings WHERE ... ORDER BY time DESC LIMIT 1), ...`.
void replace_extremes(Query& query);

/// Once, in _PG_init: the node, and the setting varve.enable_stepwise_scan.
void install_stepwise_scan();

}  // namespace varve::planner
