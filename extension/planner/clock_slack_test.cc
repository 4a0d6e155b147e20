#include "extension/planner/clock_slack.h"

#include <chrono>
#include <gtest/gtest.h>
#include <random>

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
  namespace chrono = std::chrono;
  const chrono::sys_days day(chrono::days(day_of(time_us)));
  const chrono::year_month_day date(day);
  const auto target = chrono::year_month(date.year(), date.month()) + chrono::months(months);
  const chrono::day last = (target / chrono::last).day();
  const chrono::sys_days moved = target / std::min(date.day(), last);
  return time_us + (moved - day).count() * kDay;
}

/// The law behind the bound: computed at an earlier clock and lowered, it is below the value
/// computed at any later clock, in another time zone too. Clocks lie close together, around the
/// ends of months: there the order turns round.
TEST(ClockSlack, ABoundNeverOvertakesALaterValue) {
  for (std::uint64_t seed = 0; seed < 50'000; ++seed) {
    std::mt19937_64 random(seed);
    const auto between = [&](std::int64_t low, std::int64_t high) {
      return std::uniform_int_distribution<std::int64_t>(low, high)(random);
    };
    const std::int64_t earlier = between(0, 20'000) * kDay + between(0, kDay);
    const std::int64_t later = earlier + between(0, 1) * between(0, 3 * kDay);
    const std::int64_t zone_before = between(-15, 15) * kHour;
    const std::int64_t zone_after = between(-15, 15) * kHour;

    ClockSlack slack;
    std::int64_t before = earlier;
    std::int64_t after = later;
    for (std::int64_t steps = between(1, 3); steps > 0; --steps) {
      const auto months = static_cast<std::int32_t>(between(-30, 30));
      slack.add_shift({months, 0, 0});
      before = plus_months(before + zone_before, months) - zone_before;
      after = plus_months(after + zone_after, months) - zone_after;
    }
    ASSERT_LE(lowered(before, slack), after) << "seed " << seed;
  }
}

}  // namespace
}  // namespace varve::planner
