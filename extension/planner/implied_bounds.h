#pragma once

#include "extension/pg/postgres.h"
extern "C" {
#include <nodes/params.h>
#include <nodes/parsenodes.h>
}

namespace varve::planner {

/// Beside every condition of `query` in WHERE and ON, puts the conditions on the time column itself
/// that it implies (bucket_bounds.h, clock_bounds.h), so that planning leaves out chunks. The
/// condition itself stays, and decides. `parameters` with values known for this plan count as
/// constants.
void add_implied_bounds(Query& query, ParamListInfo parameters);

/// Once, in _PG_init: the same for conditions that PostgreSQL has moved into a subquery or view
/// while planning, such as one on the bucket that it selects.
void install_implied_bounds();

}  // namespace varve::planner
