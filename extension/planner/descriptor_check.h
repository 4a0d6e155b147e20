#pragma once

#include "extension/pg/postgres.h"
extern "C" {
#include <nodes/plannodes.h>
}

// PostgreSQL can keep an outdated list of a table's partitions (docs/planning.md): everything that
// reads the list of a hypertable's chunks has it checked first.
namespace varve::planner {

/// Has the lists of `plan`'s hypertables checked. Before execution, for run-time pruning and tuple
/// routing read them; in parallel workers too, which start with empty caches.
void refresh_descriptors(const PlannedStmt& plan);

/// After planning: whether every hypertable was planned with a checked list. Covers hypertables
/// that planning itself brought in, from inlined functions.
bool descriptors_are_current(const PlannedStmt& plan);

}  // namespace varve::planner
