#include "extension/planner/clock_slack.h"

#include <chrono>
#include <gtest/gtest.h>
#include <rapidcheck.h>

namespace varve::planner {
namespace {

constexpr std::int64_t kHour = 3'600'000'000;
constexpr std::int64_t kDay = 24 * kHour;

std::int64_t slack_of(CalendarSpan span) {
  ClockSlack slack;
  slack.add_shift(span);
  return slack.microseconds();
}

TEST(ClockSlack, Table) {
  const struct {
    const char* why;
    CalendarSpan span;
    std::int64_t slack_us;
  } cases[] = {
      {"the clock alone may be set back an hour", {0, 0, 0}, kHour},
      {"hours are hours everywhere", {0, 0, -7 * kHour}, kHour},
      {"days depend on the zone", {0, -1, 0}, kHour + 2 * kDay},
      {"months depend on the calendar too", {-1, 0, 0}, kHour + 7 * kDay},
      {"both", {-1, -1, -1}, kHour + 9 * kDay},
  };
  for (const auto& c : cases) EXPECT_EQ(slack_of(c.span), c.slack_us) << c.why;
}

TEST(ClockSlack, RefusesToLeaveTheYearsOfATimestamp) {
  ClockSlack slack;
  slack.add_shift({12 * 3900, 0, 0});
  EXPECT_TRUE(slack.is_sound());
  slack.add_shift({-12 * 3900, 0, 0});
  EXPECT_FALSE(slack.is_sound()) << "the way out and the way back both count";
}

TEST(ClockSlack, KnowsTheUnitsUpToAQuarter) {
  EXPECT_EQ(truncation_unit_of("minute"), TruncationUnit::kHour);
  EXPECT_EQ(truncation_unit_of("quarter"), TruncationUnit::kQuarter);
  EXPECT_EQ(truncation_unit_of("year"), std::nullopt);
  EXPECT_EQ(truncation_unit_of("Day"), std::nullopt) << "spelt as no one does: leave it alone";
}

TEST(DayOf, RoundsDown) {
  EXPECT_EQ(day_of(0), 0);
  EXPECT_EQ(day_of(kDay - 1), 0);
  EXPECT_EQ(day_of(-1), -1);
  EXPECT_EQ(day_of(-kDay), -1);
}

/// As PostgreSQL adds months: the day of the month is cut to the month's length.
std::int64_t plus_months(std::int64_t time_us, int months) {
  using namespace std::chrono;
  const sys_days day = sys_days(days(day_of(time_us)));
  const year_month_day date(day);
  const year_month target = year_month(date.year(), date.month()) + std::chrono::months(months);
  const std::chrono::day last = (target / std::chrono::last).day();
  const sys_days moved = target / std::min(date.day(), last);
  return time_us + (moved - day).count() * kDay;
}

/// The law behind the bound: computed at an earlier clock and lowered, it is below the value
/// computed at any later clock, in another time zone too.
TEST(ClockSlack, ABoundNeverOvertakesALaterValue) {
  EXPECT_TRUE(rc::check([] {
    const auto earlier = *rc::gen::inRange<std::int64_t>(-20'000 * kDay, 20'000 * kDay);
    const auto later = earlier + *rc::gen::inRange<std::int64_t>(0, 40 * kDay);
    const auto zone = [] { return *rc::gen::inRange<std::int64_t>(-16, 17) * kHour; };
    const std::int64_t zone_before = zone();
    const std::int64_t zone_after = zone();
    const auto steps = *rc::gen::container<std::vector<int>>(rc::gen::inRange(-1300, 1300));

    ClockSlack slack;
    std::int64_t before = earlier;
    std::int64_t after = later;
    for (const int months : steps) {
      slack.add_shift({months, 0, 0});
      before = plus_months(before + zone_before, months) - zone_before;
      after = plus_months(after + zone_after, months) - zone_after;
    }
    RC_PRE(slack.is_sound());
    RC_ASSERT(lowered(before, slack) <= after);
  }));
}

}  // namespace
}  // namespace varve::planner
