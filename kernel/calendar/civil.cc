#include "kernel/calendar/civil.h"

#include <algorithm>

#include "kernel/base/division.h"

namespace varve::calendar {
namespace {

constexpr std::int64_t kDaysPerEra = 146'097;  // of 400 years
constexpr std::int64_t kEpoch = 730'425;       // 2000-01-01, counted from 0000-03-01

bool is_leap(std::int64_t year) { return year % 4 == 0 && (year % 100 != 0 || year % 400 == 0); }

}  // namespace

int days_in_month(std::int64_t year, int month) {
  constexpr int kDays[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
  return month == 2 && is_leap(year) ? 29 : kDays[month - 1];
}

LocalDay day_of(CivilDate date) {
  const std::int64_t year = date.year - (date.month <= 2 ? 1 : 0);
  const std::int64_t era = floor_div(year, 400);
  const std::int64_t year_of_era = year - era * 400;
  const std::int64_t month_from_march = (date.month + 9) % 12;
  const std::int64_t day_of_year = (153 * month_from_march + 2) / 5 + date.day - 1;
  const std::int64_t day_of_era =
      year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
  return LocalDay(std::chrono::days(era * kDaysPerEra + day_of_era - kEpoch));
}

CivilDate civil_of(LocalDay day) {
  const std::int64_t number = day.time_since_epoch().count() + kEpoch;
  const std::int64_t era = floor_div(number, kDaysPerEra);
  const std::int64_t day_of_era = number - era * kDaysPerEra;
  const std::int64_t year_of_era =
      (day_of_era - day_of_era / 1'460 + day_of_era / 36'524 - day_of_era / 146'096) / 365;
  const std::int64_t day_of_year =
      day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
  const std::int64_t month_from_march = (5 * day_of_year + 2) / 153;
  const int month = static_cast<int>((month_from_march + 2) % 12 + 1);
  return {.year = year_of_era + era * 400 + (month <= 2 ? 1 : 0),
          .month = month,
          .day = static_cast<int>(day_of_year - (153 * month_from_march + 2) / 5 + 1)};
}

std::int64_t month_number(LocalDay day) {
  const CivilDate date = civil_of(day);
  return date.year * 12 + date.month - 1;
}

LocalDay plus_months(LocalDay day, std::int64_t months) {
  CivilDate date = civil_of(day);
  const std::int64_t number = date.year * 12 + date.month - 1 + months;
  date.year = floor_div(number, 12);
  date.month = static_cast<int>(number - date.year * 12 + 1);
  date.day = std::min(date.day, days_in_month(date.year, date.month));
  return day_of(date);
}

}  // namespace varve::calendar
