#pragma once

#include "extension/pg/postgres.h"
extern "C" {
#include <nodes/params.h>
#include <nodes/parsenodes.h>
}

namespace varve::planner {

/// The constant bound that a condition such as `time > now() - interval '1 day'` on the primary
/// dimension of a hypertable implies for good (clock_slack.h), or null. Lower bounds only: an upper
/// one would cut off rows once a cached plan runs later.
Node* bound_by_clock(const Query& query, Node* condition, ParamListInfo parameters);

/// timescaledb.enable_now_constify
bool uses_clock_bounds();

/// Once, in _PG_init: the setting timescaledb.enable_now_constify.
void install_clock_bounds();

}  // namespace varve::planner
