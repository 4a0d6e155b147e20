#include "extension/job/schedule.h"

#include <algorithm>
#include <limits>

namespace varve::job {
namespace {

using calendar::Duration;
using calendar::Grid;
using calendar::LocalTime;
using calendar::Span;
using calendar::TimePoint;

bool is_elapsed_time(const Span& interval) { return interval.months == 0 && interval.days == 0; }

/// Any time in the slot behind the one that begins at `edge`, for a look-up in the grid.
LocalTime inside_next(LocalTime edge, const Span& interval) {
  // The longest month is three days longer than the shortest: half a month more hits the next one.
  const auto months = interval.months == 0 ? Duration(0)
                                           : Duration(std::chrono::days(30) * interval.months) +
                                                 Duration(std::chrono::days(15));
  return edge + months + Duration(std::chrono::days(interval.days)) + interval.time;
}

TimePoint next_on_clock(const Schedule& schedule, TimePoint time) {
  const calendar::ZoneRules& zone = *schedule.zone;
  const Grid<LocalTime> grid = {.width = schedule.interval,
                                .origin = zone.local_of(schedule.initial_start)};
  LocalTime edge = calendar::bucket_start(zone.local_of(time), grid);
  for (;;) {
    if (const TimePoint at = zone.instants_of(edge).first; at > time) return at;
    edge = calendar::bucket_start(inside_next(edge, schedule.interval), grid);
  }
}

TimePoint next_in_utc(const Schedule& schedule, TimePoint time) {
  const Grid<LocalTime> grid = {.width = schedule.interval,
                                .origin = LocalTime(schedule.initial_start.time_since_epoch())};
  const LocalTime edge = calendar::bucket_start(LocalTime(time.time_since_epoch()), grid);
  return TimePoint(
      calendar::bucket_start(inside_next(edge, schedule.interval), grid).time_since_epoch());
}

/// From -1/8 to 1/8 of `duration`. Fibonacci hashing spreads ids that follow each other.
Duration jitter(Duration duration, std::int32_t job_id, int failures) {
  const auto seed =
      static_cast<std::uint32_t>(job_id) + 7919U * static_cast<std::uint32_t>(failures);
  const std::int64_t part = (seed * 2654435769U) >> 24U;  // 0 to 255
  return Duration(duration.count() / 1024 * (part - 128));
}

}  // namespace

TimePoint next_slot(const Schedule& schedule, TimePoint time) {
  if (time < schedule.initial_start) return schedule.initial_start;
  return schedule.zone == nullptr || is_elapsed_time(schedule.interval)
             ? next_in_utc(schedule, time)
             : next_on_clock(schedule, time);
}

int slots_between(const Schedule& schedule, TimePoint from, TimePoint to, int limit) {
  int count = 0;
  for (TimePoint slot = next_slot(schedule, from); slot < to && count < limit; ++count) {
    slot = next_slot(schedule, slot);
  }
  return count;
}

TimePoint retry_time(const Failure& failure) {
  // Doubled until it no longer matters; a century is far beyond any schedule, and far from
  // overflow.
  constexpr Duration kLongest = std::chrono::days(36'525);
  Duration wait = std::min(failure.retry_period, kLongest);
  const Duration limit = std::min(std::max(wait, failure.regular - failure.finish), kLongest);
  for (int i = 1; i < failure.failures_in_a_row && wait < limit; ++i) wait *= 2;
  wait = std::min(wait, limit);
  return failure.finish + wait + jitter(wait, failure.job_id, failure.failures_in_a_row);
}

bool gives_up(const Failure& failure) {
  return failure.max_retries >= 0 && failure.failures_in_a_row > failure.max_retries;
}

}  // namespace varve::job
