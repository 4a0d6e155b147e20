#include "extension/job/schedule.h"

#include <gtest/gtest.h>

#include "kernel/base/error.h"
#include "kernel/calendar/table_zone.h"

namespace varve::job {
namespace {

using namespace std::chrono_literals;
using calendar::CivilDate;
using calendar::Duration;
using calendar::Span;
using calendar::TimePoint;

TimePoint at(CivilDate date, Duration time = 0h) {
  return TimePoint(calendar::day_of(date).time_since_epoch() + time);
}

// Central Europe in 2024: an hour ahead of UTC, two from March 31 to October 27, at 01:00 UTC.
const calendar::TableZone& berlin() {
  static const calendar::TableZone zone(
      1h, {{at({2024, 3, 31}, 1h), 2h}, {at({2024, 10, 27}, 1h), 1h}});
  return zone;
}

TEST(NextSlot, Table) {
  const struct {
    const char* why;
    Span interval;
    TimePoint initial_start, time, slot;
    const calendar::ZoneRules* zone = nullptr;
  } cases[] = {
      {"not before the first", {.days = 1}, at({2024, 5, 1}), at({2024, 1, 1}), at({2024, 5, 1})},
      {"after a slot, the next",
       {.days = 1},
       at({2024, 5, 1}, 2h),
       at({2024, 5, 1}, 2h),
       at({2024, 5, 2}, 2h)},
      {"between slots",
       {.time = 1h},
       at({2024, 5, 1}, 10min),
       at({2024, 5, 3}, 7h),
       at({2024, 5, 3}, 7h + 10min)},
      {"a month's last day",
       {.months = 1},
       at({2024, 1, 31}),
       at({2024, 1, 31}),
       at({2024, 2, 29})},
      {"and back to the 31st",
       {.months = 1},
       at({2024, 1, 31}),
       at({2024, 2, 29}),
       at({2024, 3, 31})},
      {"over the end of a year",
       {.months = 12},
       at({2024, 2, 29}),
       at({2024, 3, 1}),
       at({2025, 2, 28})},
      {"02:30 in winter",
       {.days = 1},
       at({2024, 3, 1}, 1h + 30min),
       at({2024, 3, 29}, 12h),
       at({2024, 3, 30}, 1h + 30min),
       &berlin()},
      {"skipped by the clock: at the jump",
       {.days = 1},
       at({2024, 3, 1}, 1h + 30min),
       at({2024, 3, 30}, 12h),
       at({2024, 3, 31}, 1h),
       &berlin()},
      {"02:30 in summer is an hour earlier",
       {.days = 1},
       at({2024, 3, 1}, 1h + 30min),
       at({2024, 3, 31}, 1h),
       at({2024, 4, 1}, 30min),
       &berlin()},
      {"shown twice: the first time",
       {.days = 1},
       at({2024, 3, 1}, 1h + 30min),
       at({2024, 10, 26}, 12h),
       at({2024, 10, 27}, 30min),
       &berlin()},
      {"and only once",
       {.days = 1},
       at({2024, 3, 1}, 1h + 30min),
       at({2024, 10, 27}, 30min),
       at({2024, 10, 28}, 1h + 30min),
       &berlin()},
      {"hours are elapsed time",
       {.time = 1h},
       at({2024, 3, 1}),
       at({2024, 10, 27}, 30min),
       at({2024, 10, 27}, 1h),
       &berlin()},
      {"months by the clock",
       {.months = 1},
       at({2024, 3, 1}, 1h),
       at({2024, 3, 31}),
       at({2024, 4, 1}),
       &berlin()},
  };
  for (const auto& c : cases) {
    const Schedule schedule = {c.interval, true, c.initial_start, c.zone};
    EXPECT_EQ(next_slot(schedule, c.time), c.slot) << c.why;
  }
}

TEST(NextSlot, RefusesAnIntervalThatMixesMonthsAndDays) {
  const Schedule schedule = {{.months = 1, .days = 1}, true, at({2024, 1, 1}), nullptr};
  EXPECT_THROW(next_slot(schedule, at({2024, 6, 1})), Error);
}

TEST(SlotsBetween, CountsWhatWasMissed) {
  const Schedule hourly = {{.time = 1h}, true, at({2024, 1, 1}), nullptr};
  EXPECT_EQ(slots_between(hourly, at({2024, 1, 1}), at({2024, 1, 1}, 3h), 100), 2);
  EXPECT_EQ(slots_between(hourly, at({2024, 1, 1}), at({2024, 1, 1}, 1h), 100), 0);
  EXPECT_EQ(slots_between(hourly, at({2024, 1, 1}), at({2025, 1, 1}), 100), 100);
}

TEST(RetryTime, DoublesUpToTheSchedule) {
  const TimePoint finish = at({2024, 1, 1});
  const auto minutes = [&](int failures, Duration regular) {
    const Failure failure = {1000, failures, -1, finish, finish + regular, 5min};
    return std::chrono::duration<double, std::ratio<60>>(retry_time(failure) - finish).count();
  };
  EXPECT_NEAR(minutes(1, 1h), 5, 5. / 8);
  EXPECT_NEAR(minutes(2, 1h), 10, 10. / 8);
  EXPECT_NEAR(minutes(3, 1h), 20, 20. / 8);
  EXPECT_NEAR(minutes(5, 1h), 60, 60. / 8);
  EXPECT_NEAR(minutes(5000, 1h), 60, 60. / 8) << "no overflow";
  EXPECT_NEAR(minutes(4, 10s), 5, 5. / 8) << "a retry period longer than the schedule's holds";
}

TEST(RetryTime, JobsThatFailTogetherReturnApart) {
  const TimePoint finish = at({2024, 1, 1});
  const auto of = [&](std::int32_t id) {
    return retry_time({id, 1, -1, finish, finish + 1h, 5min});
  };
  EXPECT_NE(of(1000), of(1001));
  EXPECT_NE(of(1001), of(1002));
}

TEST(GivesUp, AfterTheLastRetry) {
  const auto of = [](int failures, int max) { return gives_up({1, failures, max, {}, {}, {}}); };
  EXPECT_FALSE(of(1000000, -1));
  EXPECT_FALSE(of(2, 2));
  EXPECT_TRUE(of(3, 2));
  EXPECT_TRUE(of(1, 0));
}

}  // namespace
}  // namespace varve::job
