#pragma once

#include "extension/pg/postgres.h"
extern "C" {
#include <nodes/parsenodes.h>
#include <nodes/primnodes.h>
}

namespace varve::planner {

/// Marks the query of a step, which is not to be planned in steps itself: a source of queries that
/// PostgreSQL no longer uses.
inline constexpr QuerySource kStep = QSRC_PARSER;

/// The one relation that a query reads, a hypertable.
struct StepwiseRelation {
  int index;  // in the range table
  RangeTblEntry* entry;
  Oid family;  // of the operators that order chunks
};

/// Whether something in `node`, an expression or a query without subqueries, belongs to an outer
/// query.
bool refers_outward(const Node* node);

/// Whether `query` is a plain SELECT from one hypertable, of which its conditions leave so many
/// chunks that planning them would cost more than planning steps. Grouping, ordering and LIMIT are
/// for the caller to look at, and so are references to outer queries.
bool reads_many_chunks(const Query& query, StepwiseRelation* relation);

/// The primary dimension of `relation` as an operand of its operators: without the domain that it
/// may have.
Node* dimension_of(const StepwiseRelation& relation);

}  // namespace varve::planner
