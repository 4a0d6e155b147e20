#pragma once

#include "extension/planner/reduction.h"
#include "extension/planner/skip_conditions.h"
#include "extension/planner/skip_order.h"

#include "extension/pg/postgres.h"
extern "C" {
#include <nodes/parsenodes.h>
#include <nodes/pathnodes.h>
}

// What SkipScan could do for a query. C API.
namespace varve::planner {

/// A table whose rows may be reduced, and how; attribute numbers are the table's own.
struct Reducible {
  PlannerInfo* root;
  RelOptInfo* relation;
  Oid table;
  Reduction reduction;
};

/// One way through an index.
struct Candidate {
  const Reducible& table;
  IndexOptInfo* index;
  List* conditions;  // IndexCondition*
  SkipOrder order;
};

inline IndexCondition* condition_at(const ListCell* cell) {
  return static_cast<IndexCondition*>(lfirst(cell));
}

/// Whether the query, which reads one hypertable, can do with a row of each group of it; of which
/// `relation` is a chunk.
bool find_reducible(PlannerInfo* root, RelOptInfo* relation, const RangeTblEntry& entry,
                    Reducible* table);

/// Whether the candidate's index can do it, and in which order.
bool decide(Candidate* candidate);

/// One descent of the index a value, or two, and rows until one passes.
void set_costs(const Candidate& candidate, Path* path);

}  // namespace varve::planner
