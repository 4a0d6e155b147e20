#pragma once

#include <chrono>

namespace varve::calendar {

/// PostgreSQL's time line: microseconds from 2000-01-01 00:00 UTC. A distinct clock, so that the
/// compiler refuses a Unix time where this one is meant.
struct PostgresClock {
  using duration = std::chrono::microseconds;
};
using Duration = PostgresClock::duration;
using TimePoint = std::chrono::time_point<PostgresClock, Duration>;

/// Start of the bucket [origin + k * width, origin + (k + 1) * width) that holds `time`.
/// Throws kInvalidArgument where width <= 0, kOutOfRange where the start is not representable.
TimePoint bucket_start(TimePoint time, Duration width, TimePoint origin);

}  // namespace varve::calendar
