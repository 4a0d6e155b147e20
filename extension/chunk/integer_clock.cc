#include "extension/chunk/integer_clock.h"

#include <limits>

namespace varve::chunk {
namespace {

constexpr std::int64_t kDay = 86'400'000'000'000;  // nanoseconds
constexpr std::int64_t kUnits[] = {1, 1'000, 1'000'000, 1'000'000'000, kDay};

std::int64_t floor_div(std::int64_t a, std::int64_t b) {
  const std::int64_t quotient = a / b;  // rounds towards zero
  return a % b < 0 ? quotient - 1 : quotient;
}

}  // namespace

std::optional<ClockUnit> unit_of_clock(std::int64_t now, std::int64_t unix_us) {
  std::int64_t unix_ns = 0;
  if (__builtin_mul_overflow(unix_us, 1'000, &unix_ns)) return std::nullopt;  // in 2262
  for (const std::int64_t unit : kUnits) {
    std::int64_t difference = 0;
    if (__builtin_sub_overflow(now, unix_ns / unit, &difference)) continue;
    const std::int64_t slack = 2 * kDay / unit;
    if (difference >= -slack && difference <= slack) return ClockUnit{unit};
  }
  return std::nullopt;
}

std::int64_t earlier(std::int64_t now, ClockUnit unit, std::int64_t age_us) {
  constexpr std::int64_t kLeast = std::numeric_limits<std::int64_t>::min();
  std::int64_t age_ns = 0;
  std::int64_t result = 0;
  if (__builtin_mul_overflow(age_us, 1'000, &age_ns)) return kLeast;
  // The age is rounded up, so that the result rounds down.
  if (__builtin_add_overflow(now, floor_div(-age_ns, unit.nanoseconds), &result)) return kLeast;
  return result;
}

}  // namespace varve::chunk
