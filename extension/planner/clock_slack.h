#pragma once

#include <cstdint>
#include <optional>

// How far a lower bound computed from the clock may have moved back when a cached plan runs later.
//
// `time > now() - '1 hour'` excludes no chunk while a query is planned, since now() may differ when
// it runs. But now() only moves forward, so the value at planning time is a lower bound for good:
// that is what lets the planner leave old chunks out. Three things bend the rule a little, and the
// bound is lowered by as much as each can amount to:
//
//   clock        a server's clock may be set back, by NTP or by hand
//   time zone    a day, a local time or a date means another instant under another setting of
//                TimeZone, or after a change of daylight saving time
//   calendar     one month before 31 March and one month before 28 March are the same day
namespace varve::planner {

/// An interval as PostgreSQL stores it.
struct CalendarSpan {
  std::int32_t months;
  std::int32_t days;
  std::int64_t microseconds;
};

/// The units of date_trunc() that are taken; coarser ones would move the bound by a year and more.
enum class TruncationUnit { kHour, kDay, kWeek, kMonth, kQuarter };
std::optional<TruncationUnit> truncation_unit_of(const char* name);

/// Collects what an expression does to the clock, from the inside out.
///
/// Each step maps x <= y + e to f(x) <= f(y) + e + its own slack, for whatever zones the two sides
/// are computed in; so the slacks of an expression add up.
class ClockSlack {
 public:
  void add_shift(CalendarSpan span);  // + or - an interval
  void add_zone_change();             // between timestamptz and timestamp or date
  void add_truncation(TruncationUnit unit);

  /// False where the expression may leave the years of a timestamp: better not compute it.
  [[nodiscard]] bool is_sound() const;

  [[nodiscard]] std::int64_t microseconds() const { return slack_us_; }

 private:
  std::int64_t slack_us_ = kClockSteps;
  double reach_days_ = 0;

  static constexpr std::int64_t kHour = 3'600'000'000;
  static constexpr std::int64_t kClockSteps = kHour;
};

/// The bound itself: `value` less the slack, in microseconds; in whole days for a date.
std::int64_t lowered(std::int64_t value_us, const ClockSlack& slack);
std::int32_t day_of(std::int64_t time_us);

}  // namespace varve::planner
