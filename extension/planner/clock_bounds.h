#pragma once

#include "extension/pg/postgres.h"
extern "C" {
#include <nodes/params.h>
#include <nodes/parsenodes.h>
}

namespace varve::planner {

/// Beside every condition of `query` such as `time > now() - interval '1 day'` on the primary
/// dimension of a hypertable, in a direct reference or through a subquery, puts the constant bound
/// that it implies (clock_slack.h), so that planning leaves out older chunks. The condition itself
/// stays, and decides. Lower bounds only: an upper one would cut off rows once a cached plan runs
/// later. `parameters` with values known for this plan count as constants.
void bound_by_clock(Query& query, ParamListInfo parameters);

/// Once, in _PG_init: the setting timescaledb.enable_now_constify.
void install_clock_bounds();

}  // namespace varve::planner
