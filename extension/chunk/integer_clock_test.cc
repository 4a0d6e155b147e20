#include "extension/chunk/integer_clock.h"

#include <gtest/gtest.h>
#include <limits>

namespace varve::chunk {
namespace {

constexpr std::int64_t kNow = 1'714'557'600'123'456;  // 2024-05-01 10:00:00.123456, in microseconds
constexpr std::int64_t kDay = 86'400;

std::int64_t unit_or_zero(std::int64_t now, std::int64_t unix_us) {
  const auto unit = unit_of_clock(now, unix_us);
  return unit ? unit->nanoseconds : 0;
}

TEST(UnitOfClock, Table) {
  const struct {
    const char* why;
    std::int64_t now, unit;
  } cases[] = {
      {"nanoseconds", kNow * 1000 + 7, 1},
      {"microseconds", kNow, 1'000},
      {"milliseconds", kNow / 1'000, 1'000'000},
      {"seconds", kNow / 1'000'000, 1'000'000'000},
      {"days", kNow / 1'000'000 / kDay, 86'400'000'000'000},
      {"seconds, a day slow", kNow / 1'000'000 - kDay, 1'000'000'000},
      {"seconds, two days fast", kNow / 1'000'000 + 2 * kDay, 1'000'000'000},
      {"seconds, a week fast", kNow / 1'000'000 + 7 * kDay, 0},
      {"minutes", kNow / 60'000'000, 0},
      {"a counter", 4711, 0},
      {"nothing yet", 0, 0},
      {"below zero", -kNow, 0},
      {"the least", std::numeric_limits<std::int64_t>::min(), 0},
      {"the most", std::numeric_limits<std::int64_t>::max(), 0},
  };
  for (const auto& c : cases) EXPECT_EQ(unit_or_zero(c.now, kNow), c.unit) << c.why;
  EXPECT_EQ(unit_or_zero(1, std::numeric_limits<std::int64_t>::max()), 0) << "beyond nanoseconds";
}

TEST(Earlier, Table) {
  constexpr std::int64_t kLeast = std::numeric_limits<std::int64_t>::min();
  const struct {
    const char* why;
    std::int64_t now, unit, age_us, result;
  } cases[] = {
      {"seconds", 1000, 1'000'000'000, 60'000'000, 940},
      {"a part of a second rounds down", 1000, 1'000'000'000, 1, 999},
      {"the future", 1000, 1'000'000'000, -60'000'000, 1060},
      {"a part in the future rounds down", 1000, 1'000'000'000, -1, 1000},
      {"days", 19'000, 86'400'000'000'000, 86'400'000'000, 18'999},
      {"nothing", 1000, 1, 0, 1000},
      {"an age that nanoseconds cannot count", 1000, 1, kLeast + 1, kLeast},
      {"out of range", kLeast + 5, 1, 1, kLeast},
  };
  for (const auto& c : cases) {
    EXPECT_EQ(earlier(c.now, ClockUnit{c.unit}, c.age_us), c.result) << c.why;
  }
}

}  // namespace
}  // namespace varve::chunk
