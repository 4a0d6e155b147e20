#include "extension/planner/bucket_length.h"

#include <array>
#include <utility>

namespace varve::planner {
namespace {

constexpr std::int64_t kDay = 86'400'000'000;
// Twice as much, in microseconds, still fits 64 bits; nobody's buckets last 130,000 years.
constexpr std::int64_t kReach = 50'000'000;
// Days of n months in a row are at most 31 n. An edge of a grid that begins on the 31st lies on the
// last day of a shorter month, and an offset shifts the edges by days of either of two months.
constexpr std::int64_t kMonth = 31;
constexpr std::int64_t kShortMonths = 6;
// Offsets from UTC lie within 16 hours.
constexpr std::int64_t kZoneChange = 2;

constexpr double kUsualYear = 365.2425 * static_cast<double>(kDay);
constexpr double kUsualMonth = kUsualYear / 12;

}  // namespace

std::optional<std::int64_t> longest_bucket_us(const calendar::Span& width, bool in_zone) {
  const std::int64_t days = width.days +
                            (width.months != 0 ? kMonth * width.months + kShortMonths : 0) +
                            (in_zone ? kZoneChange : 0);
  const std::int64_t us = width.time.count();
  if (days < 0 || us < 0 || days > kReach || us > kReach * kDay) return std::nullopt;
  return days * kDay + us;
}

std::optional<std::int64_t> longest_unit_us(std::string_view unit) {
  static constexpr std::array<std::pair<std::string_view, std::int64_t>, 13> kUnits = {{
      {"microseconds", 1},
      {"milliseconds", 1'000},
      {"second", 1'000'000},
      {"minute", 60'000'000},
      {"hour", 3'600'000'000},
      {"day", kDay},
      {"week", 7 * kDay},
      {"month", 31 * kDay},
      {"quarter", 92 * kDay},
      {"year", 366 * kDay},
      {"decade", 3653 * kDay},
      {"century", 36'525 * kDay},
      {"millennium", 365'250 * kDay},
  }};
  for (const auto& [known, us] : kUnits) {
    if (known == unit) return us;
  }
  return std::nullopt;
}

std::optional<double> usual_bucket_us(const calendar::Span& width) {
  const double us = width.months * kUsualMonth + width.days * static_cast<double>(kDay) +
                    static_cast<double>(width.time.count());
  return us > 0 ? std::optional(us) : std::nullopt;
}

std::optional<double> usual_unit_us(std::string_view unit) {
  static constexpr std::array<std::pair<std::string_view, double>, 12> kUnits = {{
      {"microseconds", 1},
      {"milliseconds", 1e3},
      {"second", 1e6},
      {"minute", 60e6},
      {"hour", 3600e6},
      {"day", static_cast<double>(kDay)},
      {"week", 7.0 * static_cast<double>(kDay)},
      {"month", kUsualMonth},
      {"quarter", 3 * kUsualMonth},
      {"year", kUsualYear},
      {"decade", 10 * kUsualYear},
      {"century", 100 * kUsualYear},
  }};
  for (const auto& [known, us] : kUnits) {
    if (known == unit) return us;
  }
  return std::nullopt;
}

}  // namespace varve::planner
