#pragma once

#include "extension/pg/postgres.h"
extern "C" {
#include <nodes/params.h>
#include <nodes/parsenodes.h>
}

namespace varve::planner {

/// What a comparison of the rounded or shifted time with something else implies for the time
/// itself, the primary dimension of a hypertable; or null:
///
///   date_trunc('day', time) = x        time::date = x        (time AT TIME ZONE 'UTC')::date <= x
///
/// Such an expression lies between time - below and time + above, whatever the session's time zone
/// will be when the plan runs:
///
///   rounded >= x    time >= x - above; x may be anything that is cheap to compute twice
///   rounded <= x    time <= x + below, for constant x
Node* bound_by_rounding(const Query& query, Node* condition, ParamListInfo parameters);

/// The same of a comparison of rows that begins with the time, as one that pages through rows:
///
///   (time, id) < (x, y)    time <= x
Node* bound_by_row(const Query& query, Node* condition, ParamListInfo parameters);

}  // namespace varve::planner
