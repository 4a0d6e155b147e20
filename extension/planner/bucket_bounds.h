#pragma once

#include "extension/pg/postgres.h"
extern "C" {
#include <nodes/params.h>
#include <nodes/parsenodes.h>
}

namespace varve::planner {

/// What a comparison of `time_bucket(width, time, ...)` with something else implies for the time
/// itself, the primary dimension of a hypertable; or null. A bucket starts at or before its times,
/// and they lie less than the longest bucket (bucket_length.h) behind its start:
///
///   time_bucket(w, time) >= x    time >= x; x may be anything that is cheap to compute twice
///   time_bucket(w, time) <= x    time < x + longest bucket, for constant w and x
///
/// The time may itself be such a bucket, as in aggregates over aggregates.
Node* bound_by_bucket(const Query& query, Node* condition, ParamListInfo parameters);

}  // namespace varve::planner
