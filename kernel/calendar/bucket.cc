#include "kernel/calendar/bucket.h"

#include <cstdint>

#include "kernel/base/error.h"

namespace varve::calendar {
namespace {

/// The representative of `a` modulo `m` in [0, m).
std::int64_t floor_mod(std::int64_t a, std::int64_t m) {
  const std::int64_t remainder = a % m;
  return remainder < 0 ? remainder + m : remainder;
}

}  // namespace

TimePoint bucket_start(TimePoint time, Duration width, TimePoint origin) {
  const std::int64_t w = width.count();
  if (w <= 0) throw Error(ErrorKind::kInvalidArgument, "bucket width must be positive");
  const std::int64_t t = time.time_since_epoch().count();
  // Both remainders lie in [0, w), so their difference cannot overflow; t - origin could.
  const std::int64_t age =
      floor_mod(floor_mod(t, w) - floor_mod(origin.time_since_epoch().count(), w), w);
  std::int64_t start = 0;
  if (__builtin_sub_overflow(t, age, &start)) {
    throw Error(ErrorKind::kOutOfRange, "bucket starts before the first timestamp");
  }
  return TimePoint(Duration(start));
}

}  // namespace varve::calendar
