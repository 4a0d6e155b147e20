#include "extension/vectorized/accumulator.h"

#include <bit>
#include <cmath>
#include <gtest/gtest.h>
#include <limits>
#include <numeric>
#include <random>
#include <vector>

namespace varve::vectorized {
namespace {

constexpr double kInf = std::numeric_limits<double>::infinity();
constexpr double kNan = std::numeric_limits<double>::quiet_NaN();
constexpr double kMost = std::numeric_limits<double>::max();

/// A column with room for nulls, of which an aggregate sees some rows.
struct Column {
  Number number = Number::kDouble;
  std::vector<std::uint64_t> bits;
  std::vector<char> nulls;

  static Column of(const std::vector<double>& values) {
    Column column;
    for (const double value : values) column.push(std::bit_cast<std::uint64_t>(value));
    return column;
  }
  static Column of_floats(const std::vector<float>& values) {
    Column column{Number::kFloat, {}, {}};
    for (const float value : values) column.push(std::bit_cast<std::uint32_t>(value));
    return column;
  }
  static Column of_integers(const std::vector<std::int64_t>& values) {
    Column column{Number::kInteger, {}, {}};
    for (const std::int64_t value : values) column.push(static_cast<std::uint64_t>(value));
    return column;
  }
  void push(std::uint64_t value) {
    bits.push_back(value);
    nulls.push_back(0);
  }
  [[nodiscard]] Values values() const {
    return {bits.data(), reinterpret_cast<const bool*>(nulls.data()), number};
  }
  [[nodiscard]] std::vector<std::uint16_t> all() const {
    std::vector<std::uint16_t> rows(bits.size());
    std::iota(rows.begin(), rows.end(), std::uint16_t{0});
    return rows;
  }
};

Accumulator after(Aggregate aggregate, const Column& column, bool expected = true) {
  Accumulator state;
  EXPECT_EQ(add(aggregate, column.values(), column.all(), state), expected);
  return state;
}

TEST(Accumulator, CountsRowsAndValues) {
  Column column = Column::of_integers({1, 2, 3, 4});
  column.nulls[1] = 1;
  EXPECT_EQ(after(Aggregate::kCountRows, column).count, 4);
  EXPECT_EQ(after(Aggregate::kCount, column).count, 3);
  const std::uint16_t some[] = {1, 3};
  Accumulator state;
  add(Aggregate::kCount, column.values(), some, state);
  EXPECT_EQ(state.count, 1);
  add(Aggregate::kCount, column.values(), {}, state);
  EXPECT_EQ(state.count, 1);
}

TEST(Accumulator, SumsIntegersBeyondTheirType) {
  constexpr auto kLast = std::numeric_limits<std::int64_t>::max();
  const Accumulator state = after(Aggregate::kSum, Column::of_integers({kLast, kLast, 5, -1}));
  EXPECT_TRUE(state.integer == Integer128{kLast} * 2 + 4);
  EXPECT_EQ(state.count, 4);
}

TEST(Accumulator, SumsDoublesInTheOrderOfRows) {
  std::mt19937_64 random(1);
  std::vector<double> values(1000);
  for (double& v : values) v = std::ldexp(double(random() % 1000) - 500, int(random() % 60));
  Column column = Column::of(values);
  for (std::size_t i = 0; i < values.size(); i += 7) column.nulls[i] = 1;
  double sum = 0;
  for (std::size_t i = 0; i < values.size(); ++i) {
    if (i % 7 != 0) sum += values[i];
  }
  // In two goes, as two vectors would come.
  Accumulator state, average;
  const auto rows = column.all();
  for (const auto& part : {std::span(rows).first(400), std::span(rows).subspan(400)}) {
    ASSERT_TRUE(add(Aggregate::kSum, column.values(), part, state));
    ASSERT_TRUE(add(Aggregate::kAverage, column.values(), part, average));
  }
  EXPECT_EQ(state.real, sum);
  EXPECT_EQ(average.real, sum);
  EXPECT_EQ(average.count, state.count);
}

TEST(Accumulator, KeepsTheSignOfZeroAsTheSumOfOneValue) {
  EXPECT_TRUE(std::signbit(after(Aggregate::kSum, Column::of({-0.0})).real));
  EXPECT_FALSE(std::signbit(after(Aggregate::kSum, Column::of({-0.0, 0.0})).real));
}

TEST(Accumulator, SumsFloatsAsFloats) {
  const std::vector<float> values = {16777216.0F, 1.0F, 1.0F};
  EXPECT_EQ(after(Aggregate::kSum, Column::of_floats(values)).real, 16777216.0);
  EXPECT_EQ(after(Aggregate::kAverage, Column::of_floats(values)).real, 16777218.0);
  after(Aggregate::kSum, Column::of_floats({3e38F, 3e38F}), false);
}

TEST(Accumulator, SaysWherePostgresqlReportsAnOverflow) {
  const struct {
    const char* why;
    std::vector<double> values;
    bool sum, average;
  } cases[] = {
      {"finite ones", {1, 2}, true, true},
      {"too large together", {kMost, kMost}, false, false},
      {"an infinity is a value", {kInf, 1}, true, true},
      {"and NaN what opposite ones come to", {kInf, -kInf}, true, true},
      {"NaN", {kNan, kMost}, true, true},
      {"the squares of an average", {1e200, 1, -1e200}, true, false},
      {"late", {1, 2, 3, 1e200}, true, false},
      {"large but equal", {1e200, 1e200}, true, true},
      {"infinite before the overflow", {kInf, kMost, kMost}, true, true},
  };
  for (const auto& c : cases) {
    SCOPED_TRACE(c.why);
    after(Aggregate::kSum, Column::of(c.values), c.sum);
    after(Aggregate::kAverage, Column::of(c.values), c.average);
  }
}

TEST(Accumulator, FindsExtremesInPostgresqlsOrder) {
  EXPECT_TRUE(std::isnan(after(Aggregate::kMax, Column::of({1, kNan, kInf})).real));
  EXPECT_EQ(after(Aggregate::kMin, Column::of({kNan, kInf, 1})).real, 1);
  EXPECT_TRUE(std::isnan(after(Aggregate::kMin, Column::of({kNan})).real));
  EXPECT_EQ(after(Aggregate::kMin, Column::of_floats({2.5F, -1.5F})).real, -1.5);
  // Of equal ones the last.
  EXPECT_TRUE(std::signbit(after(Aggregate::kMax, Column::of({0.0, -0.0})).real));
  EXPECT_FALSE(std::signbit(after(Aggregate::kMin, Column::of({-0.0, 0.0})).real));
  Column integers = Column::of_integers({5, -3, 9});
  EXPECT_TRUE(after(Aggregate::kMax, integers).integer == 9);
  EXPECT_TRUE(after(Aggregate::kMin, integers).integer == -3);
  integers.nulls[1] = 1;
  EXPECT_TRUE(after(Aggregate::kMin, integers).integer == 5);
  integers.nulls = {1, 1, 1};
  EXPECT_EQ(after(Aggregate::kMin, integers).count, 0);
}

}  // namespace
}  // namespace varve::vectorized
