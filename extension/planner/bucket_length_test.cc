#include "extension/planner/bucket_length.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "kernel/base/error.h"
#include "kernel/calendar/table_zone.h"

namespace varve::planner {
namespace {

using calendar::Duration;
using calendar::Grid;
using calendar::LocalTime;
using calendar::TimePoint;

constexpr std::int64_t kDay = 86'400'000'000;

TEST(LongestBucket, FixedWidthsAreTheirOwnLength) {
  EXPECT_EQ(longest_bucket_us({.time = Duration(1)}, false), 1);
  EXPECT_EQ(longest_bucket_us({.days = 7, .time = Duration(5)}, false), 7 * kDay + 5);
}

TEST(LongestBucket, WidthsThatNoTimestampReachesHaveNone) {
  EXPECT_EQ(longest_bucket_us({.months = 2'000'000'000}, false), std::nullopt);
  EXPECT_EQ(longest_bucket_us({.days = 2'000'000'000}, true), std::nullopt);
  EXPECT_EQ(longest_bucket_us({.time = Duration(INT64_MAX)}, false), std::nullopt);
  EXPECT_EQ(longest_bucket_us({.days = -1}, false), std::nullopt);
}

TEST(LongestUnit, IsNoShorterThanUsual) {
  for (const char* unit : {"microseconds", "milliseconds", "second", "minute", "hour", "day",
                           "week", "month", "quarter", "year", "decade", "century"}) {
    ASSERT_TRUE(longest_unit_us(unit)) << unit;
    EXPECT_GE(static_cast<double>(*longest_unit_us(unit)), *usual_unit_us(unit)) << unit;
  }
  EXPECT_EQ(longest_unit_us("day"), kDay);
  EXPECT_EQ(longest_unit_us("fortnight"), std::nullopt);
}

TEST(UsualBucket, IsAnAverage) {
  EXPECT_EQ(usual_bucket_us({.time = Duration(5)}), 5);
  EXPECT_EQ(usual_bucket_us({.days = 7, .time = Duration(5)}), 7 * kDay + 5);
  EXPECT_EQ(usual_bucket_us({.months = 4800}), 146'097.0 * kDay);
  EXPECT_EQ(usual_bucket_us({}), std::nullopt);
  EXPECT_EQ(usual_bucket_us({.days = -1}), std::nullopt);
}

TEST(UsualUnit, IsThatOfTheSameWidth) {
  EXPECT_EQ(usual_unit_us("hour"), usual_bucket_us({.time = Duration(3'600'000'000)}));
  EXPECT_EQ(usual_unit_us("week"), usual_bucket_us({.days = 7}));
  EXPECT_EQ(usual_unit_us("quarter"), usual_bucket_us({.months = 3}));
  EXPECT_EQ(usual_unit_us("fortnight"), std::nullopt);
}

Grid<LocalTime> any_grid() {
  Grid<LocalTime> grid;
  if (*rc::gen::arbitrary<bool>()) {
    grid.width.months = *rc::gen::inRange(1, 40);
  } else {
    grid.width.days = *rc::gen::inRange(0, 60);
    grid.width.time = Duration(*rc::gen::inRange<std::int64_t>(1, kDay));
    if (*rc::gen::arbitrary<bool>()) grid.width.time = Duration(0), grid.width.days += 1;
  }
  if (*rc::gen::arbitrary<bool>()) grid.offset.months = *rc::gen::inRange(-40, 40);
  if (*rc::gen::arbitrary<bool>()) grid.offset.days = *rc::gen::inRange(-60, 60);
  if (*rc::gen::arbitrary<bool>()) grid.offset.time = Duration(*rc::gen::inRange(-kDay, kDay));
  if (*rc::gen::arbitrary<bool>()) {
    grid.origin = LocalTime(Duration(*rc::gen::inRange<std::int64_t>(-20'000, 20'000) * kDay));
  }
  return grid;
}

std::int64_t any_time() {
  return *rc::gen::inRange<std::int64_t>(-1'000'000, 1'000'000) * kDay / 24;
}

RC_GTEST_PROP(LongestBucket, NoTimeLiesFurtherFromTheStartOfItsBucket, ()) {
  const Grid<LocalTime> grid = any_grid();
  const LocalTime time{Duration(any_time())};
  LocalTime start;
  try {
    start = bucket_start(time, grid);
  } catch (const Error&) {
    RC_DISCARD("no such grid");
  }
  RC_ASSERT(start <= time);
  RC_ASSERT((time - start).count() < longest_bucket_us(grid.width, false).value());
}

RC_GTEST_PROP(LongestBucket, ChangesOfTheClockAreAllowedFor, ()) {
  const Grid<LocalTime> grid = any_grid();
  const TimePoint time{Duration(any_time())};
  const auto any_offset = [] {
    return Duration(*rc::gen::inRange<std::int64_t>(-16, 17) * kDay / 24);
  };
  const calendar::TableZone zone(
      any_offset(), {{time - Duration(kDay), any_offset()}, {time + Duration(kDay), any_offset()}});
  TimePoint start;
  try {
    start = bucket_start(time, grid, zone);
  } catch (const Error&) {
    RC_DISCARD("no such grid");
  }
  RC_ASSERT(start <= time);
  RC_ASSERT((time - start).count() < longest_bucket_us(grid.width, true).value());
}

}  // namespace
}  // namespace varve::planner
