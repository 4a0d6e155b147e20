#include "extension/planner/bucket_length.h"

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

}  // namespace

std::optional<std::int64_t> longest_bucket_us(const calendar::Span& width, bool in_zone) {
  const std::int64_t days = width.days +
                            (width.months != 0 ? kMonth * width.months + kShortMonths : 0) +
                            (in_zone ? kZoneChange : 0);
  const std::int64_t us = width.time.count();
  if (days < 0 || us < 0 || days > kReach || us > kReach * kDay) return std::nullopt;
  return days * kDay + us;
}

}  // namespace varve::planner
