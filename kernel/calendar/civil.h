#pragma once

#include <chrono>
#include <cstdint>

// The proleptic Gregorian calendar over PostgreSQL's whole range (4714 BC to 5874897 AD), which
// std::chrono::year leaves after 32767.
namespace varve::calendar {

/// PostgreSQL's time line: microseconds from 2000-01-01 00:00 UTC. A distinct clock, so that the
/// compiler refuses a Unix time where this one is meant.
struct PostgresClock {
  using duration = std::chrono::microseconds;
};
using Duration = PostgresClock::duration;
using TimePoint = std::chrono::time_point<PostgresClock, Duration>;

/// What a clock on a wall shows, counted from its own 2000-01-01 00:00. In UTC both count alike.
struct WallClock {
  using duration = std::chrono::microseconds;
};
using LocalTime = std::chrono::time_point<WallClock, Duration>;
using LocalDay = std::chrono::time_point<WallClock, std::chrono::days>;

/// A day by its name. Years are astronomical: 0 is 1 BC.
struct CivilDate {
  std::int64_t year;
  int month;  // 1..12
  int day;    // 1..days_in_month()
  friend bool operator==(const CivilDate&, const CivilDate&) = default;
};

int days_in_month(std::int64_t year, int month);

/// Day number and name of a day are inverse to each other, for every year up to 10^9 either way.
/// Source  H. Hinnant, "chrono-Compatible Low-Level Date Algorithms", 2013: years from March, so
///         that the leap day ends one.
LocalDay day_of(CivilDate date);
CivilDate civil_of(LocalDay day);

/// Months since January of year 0.
std::int64_t month_number(LocalDay day);

/// The same day `months` later, or the last of the month where it has no such day: January 31 and
/// one month is February 28 or 29.
LocalDay plus_months(LocalDay day, std::int64_t months);

}  // namespace varve::calendar
