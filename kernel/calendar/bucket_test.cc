#include "kernel/calendar/bucket.h"

#include <gtest/gtest.h>
#include <limits>

#include "kernel/base/error.h"
#include "kernel/calendar/table_zone.h"

namespace varve::calendar {
namespace {

using std::chrono::hours;
using std::chrono::minutes;

constexpr std::int64_t kLast = std::numeric_limits<std::int64_t>::max();

LocalTime at(CivilDate date, Duration of_day = {}) { return day_of(date) + of_day; }
LocalTime us(std::int64_t count) { return LocalTime(Duration(count)); }

ErrorKind kind_of(const auto& run) {
  try {
    run();
  } catch (const Error& error) {
    return error.kind();
  }
  ADD_FAILURE() << "nothing was thrown";
  return ErrorKind::kCorruptData;
}

TEST(IntegerBucket, Table) {
  const struct {
    const char* why;
    std::int64_t value, width, origin, start;
  } cases[] = {
      {"on the edge", 20, 10, 0, 20},
      {"inside", 27, 10, 0, 20},
      {"negative values round down", -1, 10, 0, -10},
      {"origin shifts the grid", 27, 10, 3, 23},
      {"origin after the value", 1, 10, 1003, -7},
      {"width of one", -5, 1, 77, -5},
      {"no overflow from value - origin", kLast, 10, -kLast, kLast - 4},
      {"the widest width", -1, kLast, 0, -kLast},
  };
  for (const auto& c : cases) EXPECT_EQ(bucket_start(c.value, c.width, c.origin), c.start) << c.why;
}

TEST(IntegerBucket, Refuses) {
  EXPECT_EQ(kind_of([] { bucket_start(1, 0, 0); }), ErrorKind::kInvalidArgument);
  EXPECT_EQ(kind_of([] { bucket_start(1, -5, 0); }), ErrorKind::kInvalidArgument);
  EXPECT_EQ(kind_of([] { bucket_start(-kLast - 1, 10, 1); }), ErrorKind::kOutOfRange);
}

TEST(FixedBucket, Table) {
  const LocalTime noon = at({2024, 2, 29}, hours(12));  // a Thursday
  const struct {
    const char* why;
    LocalTime time;
    Grid<LocalTime> grid;
    LocalTime start;
  } cases[] = {
      {"a day", noon, {.width = {.days = 1}}, at({2024, 2, 29})},
      {"a week starts on Monday", noon, {.width = {.days = 7}}, at({2024, 2, 26})},
      {"and before the origin", at({1999, 12, 31}), {.width = {.days = 7}}, at({1999, 12, 27})},
      {"days and time add up",
       noon,
       {.width = {.days = 1, .time = hours(12)}},
       at({2024, 2, 29}, hours(0))},
      {"five minutes", noon + minutes(7), {.width = {.time = minutes(5)}}, noon + minutes(5)},
      {"the edge itself", noon, {.width = {.time = minutes(5)}}, noon},
      {"one microsecond before",
       noon - Duration(1),
       {.width = {.time = minutes(5)}},
       noon - minutes(5)},
      {"offset",
       noon,
       {.width = {.days = 1}, .offset = {.time = hours(13)}},
       at({2024, 2, 28}, hours(13))},
      {"negative offset",
       noon,
       {.width = {.days = 1}, .offset = {.time = -hours(13)}},
       at({2024, 2, 29}, hours(11))},
      {"offset of more than a width",
       noon,
       {.width = {.days = 1}, .offset = {.days = 5, .time = hours(6)}},
       at({2024, 2, 29}, hours(6))},
      {"offset of months moves the origin",
       noon,
       {.width = {.days = 7}, .offset = {.months = 1}},
       at({2024, 2, 29})},
      {"origin", noon, {.width = {.days = 10}, .origin = at({2024, 2, 28})}, at({2024, 2, 28})},
      {"origin later",
       noon,
       {.width = {.days = 10}, .origin = at({2024, 3, 1})},
       at({2024, 2, 20})},
  };
  for (const auto& c : cases) EXPECT_EQ(bucket_start(c.time, c.grid), c.start) << c.why;
}

TEST(MonthBucket, Table) {
  const auto month = [](int n) { return Span{.months = n}; };
  const LocalTime noon = at({2024, 2, 29}, hours(12));
  const struct {
    const char* why;
    LocalTime time;
    Grid<LocalTime> grid;
    LocalTime start;
  } cases[] = {
      {"a month", noon, {.width = month(1)}, at({2024, 2, 1})},
      {"the edge itself", at({2024, 3, 1}), {.width = month(1)}, at({2024, 3, 1})},
      {"one microsecond before",
       at({2024, 3, 1}) - Duration(1),
       {.width = month(1)},
       at({2024, 2, 1})},
      {"a quarter", noon, {.width = month(3)}, at({2024, 1, 1})},
      {"a year", noon, {.width = month(12)}, at({2024, 1, 1})},
      {"a century", at({1999, 12, 31}), {.width = month(1200)}, at({1900, 1, 1})},
      {"before the origin", at({1999, 12, 31}), {.width = month(3)}, at({1999, 10, 1})},
      {"BC", at({-43, 3, 15}), {.width = month(12)}, at({-43, 1, 1})},
      {"origin in the middle",
       noon,
       {.width = month(1), .origin = at({2000, 1, 15}, hours(6))},
       at({2024, 2, 15}, hours(6))},
      {"origin in the middle, before",
       at({2024, 2, 15}),
       {.width = month(1), .origin = at({2000, 1, 15}, hours(6))},
       at({2024, 1, 15}, hours(6))},
      {"origin on the 31st ends February",
       noon,
       {.width = month(1), .origin = at({2000, 1, 31})},
       at({2024, 2, 29})},
      {"and the day before is January's",
       at({2024, 2, 28}),
       {.width = month(1), .origin = at({2000, 1, 31})},
       at({2024, 1, 31})},
      {"and returns to the 31st",
       at({2024, 3, 31}),
       {.width = month(1), .origin = at({2000, 1, 31})},
       at({2024, 3, 31})},
      {"leap day of a year",
       at({2023, 2, 28}),
       {.width = month(12), .origin = at({2000, 2, 29})},
       at({2023, 2, 28})},
      {"origin after the time",
       at({2020, 5, 5}),
       {.width = month(5), .origin = at({2024, 1, 1})},
       at({2020, 4, 1})},
      {"offset in days", noon, {.width = month(1), .offset = {.days = 5}}, at({2024, 2, 6})},
      {"offset in days, before",
       at({2024, 2, 5}),
       {.width = month(1), .offset = {.days = 5}},
       at({2024, 1, 6})},
      {"negative offset in days",
       at({2024, 1, 31}),
       {.width = month(1), .offset = {.days = -1}},
       at({2024, 1, 31})},
      {"offset in months", noon, {.width = month(12), .offset = {.months = 3}}, at({2023, 4, 1})},
      {"offset in time",
       at({2024, 2, 1}),
       {.width = month(1), .offset = {.time = hours(9)}},
       at({2024, 1, 1}, hours(9))},
      {"offset of days beyond the width",
       noon,
       {.width = month(1), .offset = {.days = 400}},
       day_of({2023, 1, 1}) + std::chrono::days(400)},
  };
  for (const auto& c : cases) EXPECT_EQ(bucket_start(c.time, c.grid), c.start) << c.why;
}

TEST(DayBucket, Table) {
  const auto bucket = [](CivilDate date, Grid<LocalDay> grid) {
    return civil_of(bucket_start(day_of(date), grid));
  };
  EXPECT_EQ(bucket({2024, 2, 29}, {.width = {.days = 7}}), (CivilDate{2024, 2, 26}));
  EXPECT_EQ(bucket({2024, 2, 29}, {.width = {.time = hours(48)}}), (CivilDate{2024, 2, 28}));
  EXPECT_EQ(bucket({2024, 2, 29}, {.width = {.months = 1}}), (CivilDate{2024, 2, 1}));
  EXPECT_EQ(bucket({2024, 2, 29}, {.width = {.months = 1}, .offset = {.days = 3}}),
            (CivilDate{2024, 2, 4}));
  EXPECT_EQ(bucket({2024, 2, 29}, {.width = {.days = 10}, .origin = day_of({2024, 3, 1})}),
            (CivilDate{2024, 2, 20}));
  // Dates reach twenty times further than timestamps.
  EXPECT_EQ(bucket({5'874'897, 12, 31}, {.width = {.months = 12}}), (CivilDate{5'874'897, 1, 1}));
  EXPECT_EQ(bucket({5'874'897, 12, 31}, {.width = {.days = 2'147'483'647}}),
            (CivilDate{2000, 1, 3}));
}

TEST(DayBucket, RefusesPartsOfDays) {
  const LocalDay day = day_of({2024, 2, 29});
  const auto refused = [&](Grid<LocalDay> grid) {
    return kind_of([&] { bucket_start(day, grid); });
  };
  EXPECT_EQ(refused({.width = {.time = hours(36)}}), ErrorKind::kUnsupported);
  EXPECT_EQ(refused({.width = {.days = 1}, .offset = {.time = hours(1)}}), ErrorKind::kUnsupported);
  EXPECT_EQ(refused({.width = {.months = 1}, .offset = {.time = hours(1)}}),
            ErrorKind::kUnsupported);
}

TEST(Bucket, RefusesWidths) {
  const LocalTime noon = at({2024, 2, 29}, hours(12));
  const auto refused = [&](Span width) {
    return kind_of([&] { bucket_start(noon, Grid<LocalTime>{.width = width}); });
  };
  EXPECT_EQ(refused({}), ErrorKind::kInvalidArgument);
  EXPECT_EQ(refused({.days = -1}), ErrorKind::kInvalidArgument);
  EXPECT_EQ(refused({.days = 1, .time = -hours(24)}), ErrorKind::kInvalidArgument);
  EXPECT_EQ(refused({.months = -1}), ErrorKind::kInvalidArgument);
  EXPECT_EQ(refused({.months = 1, .days = 1}), ErrorKind::kUnsupported);
  EXPECT_EQ(refused({.months = -1, .time = hours(1)}), ErrorKind::kUnsupported);
  EXPECT_EQ(refused({.days = 2'147'483'647}), ErrorKind::kTimeOutOfRange);
}

TEST(Bucket, HoldsAtTheEndsOfTheRange) {
  const LocalTime first(kFirstDay);
  const LocalTime last = us(9'223'371'331'199'999'999);
  const auto refused = [&](Grid<LocalTime> grid) {
    return kind_of([&] { bucket_start(first, grid); });
  };
  EXPECT_EQ(bucket_start(first, Grid<LocalTime>{.width = {.days = 1}}), first);
  EXPECT_EQ(bucket_start(last, Grid<LocalTime>{.width = {.days = 1}}), at({294'276, 12, 31}));
  EXPECT_EQ(bucket_start(last, Grid<LocalTime>{.width = {.months = 1}}), at({294'276, 12, 1}));
  EXPECT_EQ(bucket_start(last, Grid<LocalTime>{.width = {.months = 2'147'483'647}}),
            at({2000, 1, 1}));
  EXPECT_EQ(refused({.width = {.months = 1}}), ErrorKind::kTimeOutOfRange);
  EXPECT_EQ(refused({.width = {.months = 2'147'483'647}}), ErrorKind::kTimeOutOfRange);
  EXPECT_EQ(refused({.width = {.days = 6}}), ErrorKind::kTimeOutOfRange);
  EXPECT_EQ(refused({.width = {.time = Duration(kLast)}}), ErrorKind::kTimeOutOfRange);
  EXPECT_EQ(refused({.width = {.months = 1}, .offset = {.days = 2'147'483'647}}),
            ErrorKind::kTimeOutOfRange);
}

TimePoint utc(CivilDate date, Duration of_day = {}) {
  return TimePoint(at(date, of_day).time_since_epoch());
}

/// Berlin's year 2024: from 02:00 to 03:00 on March 31, back from 03:00 to 02:00 on October 27.
TableZone berlin() {
  return {hours(1),
          {{utc({2024, 3, 31}, hours(1)), hours(2)}, {utc({2024, 10, 27}, hours(1)), hours(1)}}};
}

/// St. John's in 2010, where the clock went back from 00:01 to 23:01 of the day before.
TableZone st_johns() {
  return {-minutes(150), {{utc({2010, 11, 7}, minutes(151)), -minutes(210)}}};
}

TEST(ZoneBucket, Table) {
  const Span quarter_hour{.time = minutes(15)}, hour{.time = hours(1)}, two_hours{.time = hours(2)};
  const Span day{.days = 1}, month{.months = 1};
  const CivilDate spring{2024, 3, 31}, autumn{2024, 10, 27};
  const struct {
    const char* why;
    TimePoint time;
    Span width;
    TimePoint start;
  } cases[] = {
      {"a winter day", utc({2024, 1, 15}, hours(12)), day, utc({2024, 1, 14}, hours(23))},
      {"the short day", utc(spring, hours(12)), day, utc({2024, 3, 30}, hours(23))},
      {"the day after", utc({2024, 4, 1}, hours(12)), day, utc(spring, hours(22))},
      {"the long day, at its end", utc(autumn, hours(22)), day, utc({2024, 10, 26}, hours(22))},
      {"a month with a change", utc({2024, 3, 31}, hours(12)), month,
       utc({2024, 2, 29}, hours(23))},
      {"before the jump", utc(spring, minutes(59)), hour, utc(spring)},
      {"after the jump", utc(spring, minutes(61)), hour, utc(spring, hours(1))},
      {"an edge in the gap: the jump", utc(spring, minutes(61)), two_hours, utc(spring, hours(1))},
      {"first 02:30", utc(autumn, minutes(30)), hour, utc(autumn)},
      {"second 02:30", utc(autumn, minutes(90)), hour, utc(autumn, hours(1))},
      {"first 02:20", utc(autumn, minutes(20)), quarter_hour, utc(autumn, minutes(15))},
      {"second 02:20", utc(autumn, minutes(80)), quarter_hour, utc(autumn, minutes(75))},
      {"02:00 twice: the first", utc(autumn, minutes(30)), two_hours, utc(autumn)},
      {"02:00 twice: the second", utc(autumn, minutes(150)), two_hours, utc(autumn, hours(1))},
  };
  for (const auto& c : cases) {
    EXPECT_EQ(bucket_start(c.time, Grid<LocalTime>{.width = c.width}, berlin()), c.start) << c.why;
  }
}

TEST(ZoneBucket, FollowsAClockThatIsSetBackOverAnEdge) {
  // 02:30 is an edge. It shows twice in autumn, and between the two the clock shows 02:00.
  const Grid<LocalTime> half_past{.width = {.time = hours(1)}, .offset = {.time = minutes(30)}};
  const CivilDate autumn{2024, 10, 27};
  EXPECT_EQ(bucket_start(utc(autumn, minutes(40)), half_past, berlin()), utc(autumn, minutes(30)));
  EXPECT_EQ(bucket_start(utc(autumn, minutes(70)), half_past, berlin()), utc(autumn, minutes(30)));
  EXPECT_EQ(bucket_start(utc(autumn, minutes(100)), half_past, berlin()), utc(autumn, minutes(90)));

  // A day that has begun goes on, though the clock shows the day before once more.
  const Grid<LocalTime> day{.width = {.days = 1}};
  const TimePoint midnight = utc({2010, 11, 7}, minutes(150));
  for (const int after : {0, 1, 30, 59, 61, 120, 24 * 60}) {
    EXPECT_EQ(bucket_start(midnight + minutes(after), day, st_johns()), midnight) << after;
  }
  EXPECT_EQ(bucket_start(midnight + hours(25), day, st_johns()), midnight + hours(25));
  // Hours are not merged: the minute before, 23:01 to midnight, midnight.
  const Grid<LocalTime> hour{.width = {.time = hours(1)}};
  EXPECT_EQ(bucket_start(midnight + minutes(30), hour, st_johns()), midnight);
  EXPECT_EQ(bucket_start(midnight + minutes(61), hour, st_johns()), midnight + minutes(60));
}

}  // namespace
}  // namespace varve::calendar
