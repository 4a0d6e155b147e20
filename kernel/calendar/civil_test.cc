#include "kernel/calendar/civil.h"

#include <gtest/gtest.h>

namespace varve::calendar {
namespace {

LocalDay day(std::int64_t number) { return LocalDay(std::chrono::days(number)); }

TEST(Civil, NamesDaysAsPostgresDoes) {
  const struct {
    std::int64_t number;
    CivilDate date;
  } cases[] = {
      {0, {2000, 1, 1}},
      {59, {2000, 2, 29}},
      {60, {2000, 3, 1}},
      {-1, {1999, 12, 31}},
      {-10'957, {1970, 1, 1}},
      {365 + 366 + 58, {2002, 2, 28}},
      {-36'524, {1900, 1, 1}},
      {-36'466, {1900, 2, 28}},
      {-36'465, {1900, 3, 1}},
      {-730'425, {0, 3, 1}},
      {-730'426, {0, 2, 29}},
      {-730'120, {0, 12, 31}},
      {-2'451'545, {-4713, 11, 24}},         // the first day: 4714-11-24 BC
      {106'751'982, {294'276, 12, 31}},      // the last of timestamps
      {2'145'031'948, {5'874'897, 12, 31}},  // the last of dates
  };
  for (const auto& c : cases) {
    EXPECT_EQ(day_of(c.date), day(c.number)) << c.date.year;
    EXPECT_EQ(civil_of(day(c.number)), c.date) << c.number;
  }
}

/// Every day of 800 years around a leap century and around year 0 follows its predecessor.
TEST(Civil, DaysFollowEachOther) {
  for (const std::int64_t centre : {std::int64_t{0}, std::int64_t{-730'485}}) {
    CivilDate previous = civil_of(day(centre - 146'097));
    for (std::int64_t n = centre - 146'096; n <= centre + 146'097; ++n) {
      const CivilDate date = civil_of(day(n));
      const bool new_month = previous.day == days_in_month(previous.year, previous.month);
      const bool new_year = new_month && previous.month == 12;
      ASSERT_EQ(date.day, new_month ? 1 : previous.day + 1) << n;
      ASSERT_EQ(date.month, new_year ? 1 : previous.month + (new_month ? 1 : 0)) << n;
      ASSERT_EQ(date.year, previous.year + (new_year ? 1 : 0)) << n;
      ASSERT_EQ(day_of(date), day(n));
      previous = date;
    }
  }
}

TEST(Civil, MonthsKeepTheDayOrEndTheMonth) {
  const struct {
    const char* why;
    CivilDate from;
    std::int64_t months;
    CivilDate to;
  } cases[] = {
      {"same day", {2023, 4, 15}, 2, {2023, 6, 15}},
      {"end of February", {2023, 1, 31}, 1, {2023, 2, 28}},
      {"end of a leap February", {2024, 1, 31}, 1, {2024, 2, 29}},
      {"leap day a year later", {2024, 2, 29}, 12, {2025, 2, 28}},
      {"leap day four years later", {2024, 2, 29}, 48, {2028, 2, 29}},
      {"no leap day in 1900", {1896, 2, 29}, 48, {1900, 2, 28}},
      {"back over the year", {2024, 1, 31}, -2, {2023, 11, 30}},
      {"back before year 0", {0, 1, 31}, -1, {-1, 12, 31}},
      {"nothing", {2024, 2, 29}, 0, {2024, 2, 29}},
  };
  for (const auto& c : cases)
    EXPECT_EQ(plus_months(day_of(c.from), c.months), day_of(c.to)) << c.why;
}

}  // namespace
}  // namespace varve::calendar
