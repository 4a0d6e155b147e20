#pragma once

#include <optional>

#include "kernel/base/error.h"
#include "kernel/calendar/bucket.h"

// What holds for every grid and time: stated once, for generated data and for fuzzing.
namespace varve::calendar {

/// The first law that `bucket` breaks around `time`, which it maps to the start of its bucket; null
/// where all hold. `probe` is any other time. The tick before the bucket may lie out of range,
/// where `bucket` throws.
template <class Time, class Bucket>
const char* broken_law(Time time, Time probe, const Bucket& bucket) {
  const auto start_of = [&](Time t) -> std::optional<Time> {
    try {
      return bucket(t);
    } catch (const Error&) {
      return std::nullopt;
    }
  };
  const std::optional<Time> start = start_of(time);
  if (!start) return nullptr;
  if (*start > time) return "a bucket starts at or before its times";
  if (start_of(*start) != start) return "a bucket's start is in the bucket";
  const std::optional<Time> before = start_of(*start - typename Time::duration(1));
  if (before && *before >= *start) return "the tick before is in an earlier bucket";
  if (const auto other = start_of(probe)) {
    if ((probe<time&& * other> * start) || (probe > time && *other < *start)) {
      return "buckets are in the order of their times";
    }
    if (*start <= probe && probe <= time && *other != *start) {
      return "all times from the start on are in the bucket";
    }
  }
  return nullptr;
}

}  // namespace varve::calendar
