#pragma once

#include "extension/pg/postgres.h"
extern "C" {
#include <nodes/parsenodes.h>
}

namespace varve::continuous_aggregate {

/// Whether the table, the target of a statement, is the source of an aggregate or a chunk of one.
bool is_tracked(Oid relation);

/// Makes `query`, which writes into its result relation, pass the primary dimension of every row it
/// writes or takes away through changed(), if that relation is tracked: new values where they are
/// computed (of INSERT, UPDATE, MERGE and ON CONFLICT DO UPDATE), old ones in a column of the plan
/// that nobody else reads. After dml::route_targets(). Refuses users' statements that write into
/// the results of an aggregate, through its view or directly. C in the sense of boundary.h.
void track_changes(Query& query);

}  // namespace varve::continuous_aggregate
