#include "kernel/calendar/bucket.h"

#include <algorithm>

#include "kernel/base/division.h"
#include "kernel/base/error.h"

namespace varve::calendar {
namespace {

constexpr LocalDay kMonday{std::chrono::days(2)};  // 2000-01-03
constexpr LocalDay kNewYear{std::chrono::days(0)};

template <class Time>
constexpr std::int64_t kUnitsPerDay = std::chrono::days(1) / typename Time::duration(1);
constexpr std::int64_t kUsPerDay = kUnitsPerDay<LocalTime>;

/// A local time that neither its range nor its unit limits: between steps, months and days may lead
/// far outside of what a timestamp holds.
struct Moment {
  LocalDay day;
  std::int64_t of_day_us;  // 0 to 24 hours, exclusive
};

bool is_later(Moment a, Moment b) {
  return a.day != b.day ? a.day > b.day : a.of_day_us > b.of_day_us;
}

template <class Time>
Moment moment_of(Time time) {
  const std::int64_t units = time.time_since_epoch().count();
  return {LocalDay(std::chrono::days(floor_div(units, kUnitsPerDay<Time>))),
          floor_mod(units, kUnitsPerDay<Time>) * (kUsPerDay / kUnitsPerDay<Time>)};
}

/// Throws where 64 bits of Time's unit do not hold the moment.
template <class Time>
Time time_of(Moment moment) {
  std::int64_t units = moment.day.time_since_epoch().count();
  if (__builtin_mul_overflow(units, kUnitsPerDay<Time>, &units) ||
      __builtin_add_overflow(units, moment.of_day_us / (kUsPerDay / kUnitsPerDay<Time>), &units)) {
    throw Error(ErrorKind::kTimeOutOfRange, "timestamp out of range");
  }
  return Time(typename Time::duration(units));
}

/// Requires time_us within a day either way.
Moment plus(Moment moment, std::int64_t days, std::int64_t time_us) {
  const std::int64_t of_day_us = moment.of_day_us + time_us;
  return {moment.day + std::chrono::days(days + floor_div(of_day_us, kUsPerDay)),
          floor_mod(of_day_us, kUsPerDay)};
}

/// Throws where Time is a day and the span is not made of whole ones.
template <class Time>
void check_unit(const Span& span) {
  if (span.time % typename Time::duration(1) != Duration(0)) {
    throw Error(ErrorKind::kUnsupported, "buckets of dates need whole days");
  }
}

/// Days and time of a span in Time's unit.
template <class Time>
std::int64_t fixed_units(const Span& span) {
  check_unit<Time>(span);
  std::int64_t units = 0;
  if (__builtin_mul_overflow(std::int64_t{span.days}, kUnitsPerDay<Time>, &units) ||
      __builtin_add_overflow(units, span.time / typename Time::duration(1), &units)) {
    throw Error(ErrorKind::kTimeOutOfRange, "interval out of range");
  }
  return units;
}

void check_positive(std::int64_t width) {
  if (width <= 0) throw Error(ErrorKind::kInvalidArgument, "bucket width must be positive");
}

[[noreturn]] void refuse_early() {
  throw Error(ErrorKind::kTimeOutOfRange, "bucket starts before the first day of the calendar");
}

/// How far `value` lies behind the edge before it: 0 to width, exclusive.
std::int64_t age_in_bucket(std::int64_t value, std::int64_t width, std::int64_t origin) {
  std::int64_t age = 0;
  if (__builtin_sub_overflow(value, origin, &age)) {
    // Both remainders lie in [0, width), so that their difference cannot overflow.
    age = floor_mod(value, width) - floor_mod(origin, width);
  }
  return floor_mod(age, width);
}

template <class Time>
Time month_bucket_start(Time time, const Grid<Time>& grid) {
  if (grid.width.days != 0 || grid.width.time != Duration(0)) {
    throw Error(ErrorKind::kUnsupported, "bucket width mixes months with days or time");
  }
  check_positive(grid.width.months);
  check_unit<Time>(grid.offset);
  const std::int64_t width = grid.width.months;
  const Moment origin = moment_of(grid.origin.value_or(Time(kNewYear)));
  const auto edge = [&](std::int64_t months) {
    return Moment{plus_months(origin.day, months), origin.of_day_us};
  };

  // Days and time of the offset move every edge alike: move the time against them instead.
  const std::int64_t offset_us = grid.offset.time.count();
  const std::int64_t days = grid.offset.days + floor_div(offset_us, kUsPerDay);
  const std::int64_t rest_us = floor_mod(offset_us, kUsPerDay);
  const Moment moved = plus(moment_of(time), -days, -rest_us);

  const std::int64_t base = grid.offset.months;
  const std::int64_t age = month_number(moved.day) - month_number(origin.day) - base;
  const std::int64_t months = base + floor_div(age, width) * width;
  // That edge is in the month of `moved` or an earlier one; in the same month it may be too late.
  Moment start = edge(months);
  if (is_later(start, moved)) start = edge(months - width);
  return time_of<Time>(plus(start, days, rest_us));
}

/// The origin moved by the offset, or an equivalent one a width earlier.
template <class Time>
std::int64_t fixed_origin(const Grid<Time>& grid, std::int64_t width) {
  Moment origin = moment_of(grid.origin.value_or(Time(kMonday)));
  origin.day = plus_months(origin.day, grid.offset.months);
  const std::int64_t offset = fixed_units<Time>(grid.offset);
  // Both terms lie in [0, width]: their difference cannot overflow; a sum could.
  return floor_mod(time_of<Time>(origin).time_since_epoch().count(), width) -
         (width - floor_mod(offset, width));
}

template <class Time>
Time fixed_bucket_start(Time time, const Grid<Time>& grid) {
  const std::int64_t width = fixed_units<Time>(grid.width);
  check_positive(width);
  const Span& offset = grid.offset;
  const bool moves = offset.months != 0 || offset.days != 0 || offset.time != Duration(0);
  const std::int64_t origin = moves
                                  ? fixed_origin(grid, width)
                                  : grid.origin.value_or(Time(kMonday)).time_since_epoch().count();
  const std::int64_t units = time.time_since_epoch().count();
  std::int64_t start = 0;
  if (__builtin_sub_overflow(units, age_in_bucket(units, width, origin), &start)) refuse_early();
  return Time(typename Time::duration(start));
}

/// The edge at or before `time`, wherever in 64 bits it lies.
template <class Time>
Time edge_before(Time time, const Grid<Time>& grid) {
  return grid.width.months == 0 ? fixed_bucket_start(time, grid) : month_bucket_start(time, grid);
}

/// Requires a width that has been checked.
bool is_shorter_than_a_day(const Span& width) {
  return width.months == 0 && width.days * kUsPerDay + width.time.count() < kUsPerDay;
}

/// Returns `start`, an offset from PostgreSQL's epoch, unless it leaves the calendar.
template <class Unit>
Unit checked(Unit start) {
  if (start < kFirstDay.time_since_epoch()) refuse_early();
  return start;
}

}  // namespace

LocalTime bucket_start(LocalTime time, const Grid<LocalTime>& grid) {
  return LocalTime(checked(edge_before(time, grid).time_since_epoch()));
}

LocalDay bucket_start(LocalDay day, const Grid<LocalDay>& grid) {
  return LocalDay(checked(edge_before(day, grid).time_since_epoch()));
}

TimePoint bucket_start(TimePoint time, const Grid<LocalTime>& grid) {
  const LocalTime utc(time.time_since_epoch());
  return TimePoint(checked(edge_before(utc, grid).time_since_epoch()));
}

TimePoint bucket_start(TimePoint time, const Grid<LocalTime>& grid, const ZoneRules& zone) {
  // Once the clock has been set back it shows times that belong to buckets before the current one.
  const LocalTime edge = edge_before(zone.latest_shown(time), grid);
  TimePoint start = zone.instants_of(edge).first;
  if (is_shorter_than_a_day(grid.width)) {
    const Instants shown = zone.instants_of(edge_before(zone.local_of(time), grid));
    start = std::max(start, shown.last <= time ? shown.last : shown.first);
  }
  return TimePoint(checked(start.time_since_epoch()));
}

std::int64_t bucket_start(std::int64_t value, std::int64_t width, std::int64_t origin) {
  check_positive(width);
  std::int64_t start = 0;
  if (__builtin_sub_overflow(value, age_in_bucket(value, width, origin), &start)) {
    throw Error(ErrorKind::kOutOfRange, "bucket starts below the range of the type");
  }
  return start;
}

}  // namespace varve::calendar
