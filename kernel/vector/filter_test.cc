#include "kernel/vector/filter.h"

#include <cmath>
#include <gtest/gtest.h>
#include <limits>
#include <random>
#include <vector>

#include "kernel/codec/level.h"

namespace varve::vector {
namespace {

constexpr auto kMin = std::numeric_limits<std::int64_t>::min();
constexpr auto kMax = std::numeric_limits<std::int64_t>::max();
constexpr double kInf = std::numeric_limits<double>::infinity();
constexpr double kNan = std::numeric_limits<double>::quiet_NaN();
constexpr double kTiny = std::numeric_limits<double>::denorm_min();

constexpr Comparison kAll[] = {Comparison::kLess, Comparison::kLessEqual, Comparison::kEqual,
                               Comparison::kGreaterEqual, Comparison::kGreater};

/// -1, 0, 1 as PostgreSQL compares.
int order(std::int64_t a, std::int64_t b) { return a < b ? -1 : a > b ? 1 : 0; }
int order(double a, double b) {
  if (std::isnan(a)) return std::isnan(b) ? 0 : 1;
  if (std::isnan(b)) return -1;
  return a < b ? -1 : a > b ? 1 : 0;
}

bool holds(Comparison comparison, int order) {
  switch (comparison) {
    case Comparison::kLess: return order < 0;
    case Comparison::kLessEqual: return order <= 0;
    case Comparison::kEqual: return order == 0;
    case Comparison::kGreaterEqual: return order >= 0;
    default: return order > 0;
  }
}

template <class Value>
void expect_as_compared(const std::vector<Value>& values) {
  for (const codec::Kernels* level : codec::levels()) {
    codec::choose_level(*level);
    for (const Value& with : values) {
      for (const Comparison comparison : kAll) {
        std::vector<std::uint8_t> passes(values.size(), 1);
        passes[0] = 0;  // stays so
        keep(std::span<const Value>(values), matching(comparison, with), passes);
        for (std::size_t i = 0; i < values.size(); ++i) {
          EXPECT_EQ(passes[i], i > 0 && holds(comparison, order(values[i], with)))
              << level->name << ": " << values[i] << ' ' << int(comparison) << ' ' << with;
        }
      }
    }
  }
}

TEST(Filter, ComparesIntegers) {
  expect_as_compared<std::int64_t>({7, kMin, kMin + 1, -5, -1, 0, 1, 5, kMax - 1, kMax, 0, 17, 3});
}

TEST(Filter, ComparesDoublesAsPostgresqlDoes) {
  expect_as_compared<double>(
      {7, -kInf, -1e308, -1, -kTiny, -0.0, 0.0, kTiny, 1, 1.5, 1e308, kInf, kNan, -kNan, 3, 4, 5});
}

TEST(Filter, KeepsWhatIsInASet) {
  std::mt19937_64 random(5);
  for (const std::size_t elements : {0, 1, 3, 8, 9, 200}) {
    std::vector<std::int64_t> set(elements), values(1000);
    for (auto& v : set) v = static_cast<std::int64_t>(random() % 500);
    for (auto& v : values) v = static_cast<std::int64_t>(random() % 500);
    std::sort(set.begin(), set.end());
    std::vector<std::uint8_t> passes(values.size(), 1);
    keep_any(values, set, passes);
    for (std::size_t i = 0; i < values.size(); ++i) {
      ASSERT_EQ(passes[i], std::count(set.begin(), set.end(), values[i]) > 0) << elements;
    }
  }
}

TEST(Filter, DropsMarkedRowsAndListsTheOthers) {
  std::mt19937_64 random(6);
  for (const std::size_t rows : {1, 7, 8, 63, 64, 65, 1000, 1024}) {
    std::vector<std::uint8_t> passes(rows, 1);
    std::vector<std::uint64_t> bits(16);
    for (auto& word : bits) word = random();
    bool marked[1024];
    for (auto& mark : marked) mark = random() % 4 == 0;
    auto others = passes;
    drop_bits(bits, passes);
    drop(std::span<const bool>(marked, rows), passes);
    keep_only(std::span<const bool>(marked, rows), others);
    std::vector<std::uint16_t> found(rows), expected;
    for (std::size_t i = 0; i < rows; ++i) {
      ASSERT_EQ(others[i], marked[i]);
      if ((bits[i / 64] >> i % 64 & 1) == 0 && !marked[i]) {
        expected.push_back(static_cast<std::uint16_t>(i));
      }
    }
    found.resize(positions(passes, found.data()));
    ASSERT_EQ(found, expected);
  }
}

}  // namespace
}  // namespace varve::vector
