#include <gtest/gtest.h>
#include <random>

#include "kernel/calendar/bucket.h"
#include "kernel/calendar/bucket_law.h"
#include "kernel/calendar/table_zone.h"

namespace varve::calendar {
namespace {

using Random = std::mt19937_64;
constexpr std::int64_t kFirst = -211'813'488'000'000'000;
constexpr std::int64_t kEnd = 9'223'371'331'200'000'000;
constexpr std::int64_t kDayUs = 86'400'000'000;

std::int64_t between(Random& random, std::int64_t first, std::int64_t last) {
  return std::uniform_int_distribution<std::int64_t>(first, last)(random);
}

/// Of any magnitude: small numbers are as likely as large ones.
std::int64_t magnitude(Random& random, std::int64_t limit) {
  const std::int64_t value = static_cast<std::int64_t>(random() >> (1 + random() % 62));
  return value % limit * (random() % 2 == 0 ? 1 : -1);
}

std::int32_t magnitude_32(Random& random) {
  return static_cast<std::int32_t>(magnitude(random, 1'000'000));
}

Span any_span(Random& random) {
  return {.months = magnitude_32(random),
          .days = magnitude_32(random),
          .time = Duration(magnitude(random, 1'000'000 * kDayUs))};
}

/// Months, or days and time; positive.
Span any_width(Random& random) {
  const Span span = any_span(random);
  if (random() % 2 == 0) return {.months = std::abs(span.months) + 1};
  return {.days = std::abs(span.days), .time = Duration(std::abs(span.time.count()) + 1)};
}

LocalTime any_time(Random& random) {
  // Over the whole range, this century, or the ends of the range.
  switch (random() % 4) {
    case 0: return LocalTime(Duration(between(random, kFirst, kEnd - 1)));
    case 1: return LocalTime(Duration(kFirst + between(random, 0, 1000 * kDayUs)));
    case 2: return LocalTime(Duration(kEnd - between(random, 1, 1000 * kDayUs)));
    default: return LocalTime(Duration(between(random, -9000 * kDayUs, 9000 * kDayUs)));
  }
}

Grid<LocalTime> any_grid(Random& random) {
  Grid<LocalTime> grid{.width = any_width(random)};
  if (random() % 2 == 0) grid.offset = any_span(random);
  if (random() % 2 == 0) grid.origin = any_time(random);
  return grid;
}

/// A time in or near the bucket of `time`.
LocalTime near(Random& random, LocalTime time) {
  std::int64_t us = 0;
  const std::int64_t away = magnitude(random, 4000 * kDayUs);
  if (__builtin_add_overflow(time.time_since_epoch().count(), away, &us)) return time;
  return LocalTime(Duration(std::clamp(us, kFirst, kEnd - 1)));
}

TEST(BucketProperty, OfTimes) {
  for (std::uint64_t seed = 0; seed < 50'000; ++seed) {
    Random random(seed);
    const Grid<LocalTime> grid = any_grid(random);
    const LocalTime time = any_time(random);
    const char* broken =
        broken_law(time, near(random, time), [&](LocalTime t) { return bucket_start(t, grid); });
    ASSERT_EQ(broken, nullptr) << broken << ", seed " << seed;
  }
}

TEST(BucketProperty, OfDays) {
  for (std::uint64_t seed = 0; seed < 50'000; ++seed) {
    Random random(seed);
    Grid<LocalDay> grid{.width = any_width(random)};
    grid.width.time = Duration(0);
    if (grid.width.months == 0) grid.width.days += 1;
    if (random() % 2 == 0)
      grid.offset = {.months = magnitude_32(random), .days = magnitude_32(random)};
    const auto day = [&] {
      return LocalDay(std::chrono::days(between(random, -2'451'545, 2'145'031'948)));
    };
    if (random() % 2 == 0) grid.origin = day();
    const LocalDay time =
        random() % 2 == 0 ? day() : LocalDay(std::chrono::days(magnitude(random, 1'000'000)));
    const LocalDay probe = time + std::chrono::days(magnitude(random, 5000));
    const char* broken = broken_law(time, probe, [&](LocalDay d) { return bucket_start(d, grid); });
    ASSERT_EQ(broken, nullptr) << broken << ", seed " << seed;
  }
}

/// Dates and timestamps at midnight have the same buckets, wherever both have whole days.
TEST(BucketProperty, DaysAreTimesAtMidnight) {
  for (std::uint64_t seed = 0; seed < 20'000; ++seed) {
    Random random(seed);
    const auto day = [&] {
      return LocalDay(std::chrono::days(between(random, -2'000'000, 100'000'000)));
    };
    const Span width = random() % 2 == 0
                           ? Span{.months = static_cast<std::int32_t>(between(random, 1, 5000))}
                           : Span{.days = static_cast<std::int32_t>(between(random, 1, 5000))};
    const Span offset{.days = static_cast<std::int32_t>(between(random, -5000, 5000))};
    const LocalDay origin = day(), time = day();
    ASSERT_EQ(bucket_start(LocalTime(time), Grid<LocalTime>{width, offset, LocalTime(origin)}),
              LocalTime(bucket_start(time, Grid<LocalDay>{width, offset, origin})))
        << "seed " << seed;
  }
}

/// A clock that is set by up to three hours, a few times in forty days.
TableZone any_zone(Random& random) {
  std::vector<TableZone::Change> changes;
  Duration offset(between(random, -12, 14) * kDayUs / 24);
  const Duration standard = offset;
  for (std::int64_t at = -20 * kDayUs; at < 20 * kDayUs;
       at += between(random, 2 * kDayUs, 15 * kDayUs)) {
    offset = standard + std::chrono::minutes(between(random, -6, 6) * 15);
    changes.push_back({TimePoint(Duration(at + between(random, 0, 47) * kDayUs / 48)), offset});
  }
  return {standard, changes};
}

/// Around changes of the clock, with edges everywhere.
TEST(BucketProperty, OfInstantsInAZone) {
  for (std::uint64_t seed = 0; seed < 50'000; ++seed) {
    Random random(seed);
    const TableZone zone = any_zone(random);
    Grid<LocalTime> grid{};
    switch (random() % 3) {
      case 0: grid.width.time = std::chrono::minutes(between(random, 1, 300)); break;
      case 1: grid.width.days = static_cast<std::int32_t>(between(random, 1, 10)); break;
      default: grid.width.months = static_cast<std::int32_t>(between(random, 1, 3));
    }
    if (random() % 2 == 0) grid.offset.time = std::chrono::minutes(between(random, -2000, 2000));
    const TimePoint time{Duration(between(random, -25 * kDayUs, 25 * kDayUs))};
    const TimePoint probe = time + Duration(magnitude(random, 2 * kDayUs));
    const char* broken =
        broken_law(time, probe, [&](TimePoint t) { return bucket_start(t, grid, zone); });
    ASSERT_EQ(broken, nullptr) << broken << ", seed " << seed;
  }
}

/// In a zone whose clock stands still relative to UTC, buckets are UTC's moved by the offset.
TEST(BucketProperty, FixedZonesMoveTheGrid) {
  for (std::uint64_t seed = 0; seed < 20'000; ++seed) {
    Random random(seed);
    const Duration offset(between(random, -kDayUs / 2, kDayUs / 2));
    const Grid<LocalTime> grid{.width = any_width(random)};
    const TimePoint time{Duration(between(random, -kDayUs * 9000, kDayUs * 9000))};
    const LocalTime local(time.time_since_epoch() + offset);
    const auto expected = [&]() -> std::optional<Duration> {
      try {
        return bucket_start(local, grid).time_since_epoch() - offset;
      } catch (const Error&) {
        return std::nullopt;
      }
    }();
    if (!expected) continue;
    ASSERT_EQ(bucket_start(time, grid, TableZone(offset, {})).time_since_epoch(), *expected)
        << "seed " << seed;
  }
}

TEST(BucketProperty, OfIntegers) {
  for (std::uint64_t seed = 0; seed < 50'000; ++seed) {
    Random random(seed);
    const auto value = [&] { return static_cast<std::int64_t>(random()) >> random() % 64; };
    const std::int64_t width = static_cast<std::int64_t>(random() >> (1 + random() % 62)) | 1;
    const std::int64_t origin = value(), v = value();
    std::int64_t start = 0;
    try {
      start = bucket_start(v, width, origin);
    } catch (const Error&) {
      ASSERT_LT(v, std::numeric_limits<std::int64_t>::min() + width) << "seed " << seed;
      continue;
    }
    ASSERT_LE(start, v) << "seed " << seed;
    ASSERT_LT(static_cast<std::uint64_t>(v) - static_cast<std::uint64_t>(start),
              static_cast<std::uint64_t>(width))
        << "seed " << seed;
    // start - origin is a multiple of the width; the difference itself may not fit.
    ASSERT_EQ((start % width - origin % width) % width, 0) << "seed " << seed;
  }
}

}  // namespace
}  // namespace varve::calendar
