#include "extension/planner/clock_slack.h"

#include <array>
#include <cmath>
#include <string_view>
#include <utility>

namespace varve::planner {
namespace {

constexpr std::int64_t kDay = 86'400'000'000;

// Offsets from UTC lie within 16 hours, so two of them differ by at most 32, and adding days in one
// zone or the other by at most 48 (once at each end).
constexpr std::int64_t kZones = 2 * kDay;

// n months after one day and n months after another are n months apart to within 5 days: lengths of
// months differ by 3, leap years add 1, and the end of a short month swallows no more.
constexpr std::int64_t kMonths = 5 * kDay + kZones;

}  // namespace

std::optional<TruncationUnit> truncation_unit_of(const char* name) {
  static constexpr std::array<std::pair<std::string_view, TruncationUnit>, 8> kUnits = {{
      {"microseconds", TruncationUnit::kHour},
      {"milliseconds", TruncationUnit::kHour},
      {"second", TruncationUnit::kHour},
      {"minute", TruncationUnit::kHour},
      {"hour", TruncationUnit::kHour},
      {"day", TruncationUnit::kDay},
      {"week", TruncationUnit::kWeek},
      {"month", TruncationUnit::kMonth},
  }};
  for (const auto& [known, unit] : kUnits) {
    if (known == name) return unit;
  }
  if (name == std::string_view("quarter")) return TruncationUnit::kQuarter;
  return std::nullopt;
}

void ClockSlack::add_shift(CalendarSpan span) {
  if (span.months != 0) slack_us_ += kMonths;
  if (span.days != 0) slack_us_ += kZones;
  reach_days_ += std::abs(31.0 * span.months) + std::abs(1.0 * span.days) +
                 std::abs(static_cast<double>(span.microseconds) / static_cast<double>(kDay));
}

void ClockSlack::add_zone_change() { slack_us_ += kZones; }

// Rounding down moves by less than the unit; a day and more are units of local time.
void ClockSlack::add_truncation(TruncationUnit unit) {
  switch (unit) {
    case TruncationUnit::kHour: slack_us_ += kHour; break;
    case TruncationUnit::kDay: slack_us_ += kDay + kZones; break;
    case TruncationUnit::kWeek: slack_us_ += 7 * kDay + kZones; break;
    case TruncationUnit::kMonth: slack_us_ += 31 * kDay + kZones; break;
    case TruncationUnit::kQuarter: slack_us_ += 92 * kDay + kZones; break;
  }
}

bool ClockSlack::is_sound() const { return reach_days_ < 4000 * 365.0; }

std::int64_t lowered(std::int64_t value_us, const ClockSlack& slack) {
  return value_us - slack.microseconds();
}

std::int32_t day_of(std::int64_t time_us) {
  const std::int64_t day = time_us / kDay;
  return static_cast<std::int32_t>(time_us < day * kDay ? day - 1 : day);
}

}  // namespace varve::planner
