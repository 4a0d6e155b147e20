#pragma once

#include "extension/pg/postgres.h"
extern "C" {
#include <nodes/plannodes.h>
}

namespace varve::planner {

/// Tells chunk::before_reading() of every hypertable that `plan` reads, before it runs: a plan from
/// the cache has not been planned in this transaction. C API.
void note_serializable_reads(const PlannedStmt& plan);

}  // namespace varve::planner
