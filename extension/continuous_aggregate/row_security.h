#pragma once

#include "extension/continuous_aggregate/definition.h"

#include "extension/pg/postgres.h"
extern "C" {
#include <nodes/parsenodes.h>
#include <nodes/plannodes.h>
}

// Row-level security of a hypertable, for those who read its aggregates: the reader's policies hold
// for stored results as they do for rows, since results are allowed only where they are grouped by
// all columns that the policies ask about. docs/decisions/aggregate-row-security.md. C in the sense
// of boundary.h.
namespace varve::continuous_aggregate {

/// Reports 0A000 for a query over a hypertable whose policies ask about more than it groups by.
void check_row_security(const Definition& definition);

/// The same for all aggregates of a hypertable, and those over them, after its policies have
/// changed.
void check_aggregates_of(Oid hypertable);

/// Reports 42501 where `owner` of an aggregate may not see all rows of the hypertable at its root.
void check_sees_all(const Definition& definition, Oid owner);

/// Puts the policies of whoever reads an aggregate into a rewritten query. Gives the hypertables
/// that the plan now depends on.
List* secure_reading(Query& query);

/// Once that query has been planned: notes the dependences. Reports 0A000 where planning has
/// inlined a function that reads an aggregate, and so evaded secure_reading().
void secure_plan(PlannedStmt& plan, List* hypertables);

/// Once, in _PG_init.
void install_row_security();

}  // namespace varve::continuous_aggregate
