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
  EXPECT_TRUE(state.integer() == Integer128{kLast} * 2 + 4);
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
  EXPECT_EQ(state.real(), sum);
  EXPECT_EQ(average.real(), sum);
  EXPECT_EQ(average.count, state.count);
}

TEST(Accumulator, KeepsTheSignOfZeroAsTheSumOfOneValue) {
  EXPECT_TRUE(std::signbit(after(Aggregate::kSum, Column::of({-0.0})).real()));
  EXPECT_FALSE(std::signbit(after(Aggregate::kSum, Column::of({-0.0, 0.0})).real()));
}

TEST(Accumulator, SumsFloatsAsFloats) {
  const std::vector<float> values = {16777216.0F, 1.0F, 1.0F};
  EXPECT_EQ(after(Aggregate::kSum, Column::of_floats(values)).real(), 16777216.0);
  EXPECT_EQ(after(Aggregate::kAverage, Column::of_floats(values)).real(), 16777218.0);
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
  EXPECT_TRUE(std::isnan(after(Aggregate::kMax, Column::of({1, kNan, kInf})).real()));
  EXPECT_EQ(after(Aggregate::kMin, Column::of({kNan, kInf, 1})).real(), 1);
  EXPECT_TRUE(std::isnan(after(Aggregate::kMin, Column::of({kNan})).real()));
  EXPECT_EQ(after(Aggregate::kMin, Column::of_floats({2.5F, -1.5F})).real(), -1.5);
  // Of equal ones the last.
  EXPECT_TRUE(std::signbit(after(Aggregate::kMax, Column::of({0.0, -0.0})).real()));
  EXPECT_FALSE(std::signbit(after(Aggregate::kMin, Column::of({-0.0, 0.0})).real()));
  Column integers = Column::of_integers({5, -3, 9});
  EXPECT_EQ(after(Aggregate::kMax, integers).low, 9U);
  EXPECT_EQ(static_cast<std::int64_t>(after(Aggregate::kMin, integers).low), -3);
  integers.nulls[1] = 1;
  EXPECT_EQ(after(Aggregate::kMin, integers).low, 5U);
  integers.nulls = {1, 1, 1};
  EXPECT_EQ(after(Aggregate::kMin, integers).count, 0);
}

/// Any column, with nulls and values at the ends of its type.
Column any_column(Number number, std::size_t rows, std::mt19937_64& random) {
  Column column;
  column.number = number;
  for (std::size_t i = 0; i < rows; ++i) {
    const double real = std::ldexp(double(random() % 1000) - 500, int(random() % 60) - 30);
    const double odd = random() % 300 == 0 ? kNan : random() % 200 == 0 ? 1e200 : real;
    switch (number) {
      case Number::kNumeric:
      case Number::kInteger: column.push(random() % 9 == 0 ? random() : random() % 100); break;
      case Number::kFloat: column.push(std::bit_cast<std::uint32_t>(float(real))); break;
      case Number::kDouble: column.push(std::bit_cast<std::uint64_t>(odd)); break;
    }
    column.nulls.back() = random() % 8 == 0 ? 1 : 0;
  }
  return column;
}

constexpr std::uint32_t kGroups = 7;

/// Some rows of a column, each of a group.
struct Rows {
  std::vector<std::uint16_t> rows;
  std::vector<std::uint32_t> groups;
};

Rows any_rows(const Column& column, std::mt19937_64& random) {
  Rows some;
  for (std::size_t i = 0; i < column.bits.size(); ++i) {
    if (random() % 5 == 0) continue;
    some.rows.push_back(static_cast<std::uint16_t>(i));
    some.groups.push_back(static_cast<std::uint32_t>(random() % kGroups));
  }
  return some;
}

/// What add() makes of the group's rows, one by one; whether it has not overflowed.
bool add_one_by_one(Aggregate aggregate, const Column& column, const Rows& some,
                    std::uint32_t group, Accumulator& state) {
  bool is_fine = true;
  for (std::size_t i = 0; i < some.rows.size(); ++i) {
    const std::uint16_t only[] = {some.rows[i]};
    if (some.groups[i] == group) {
      is_fine = add(aggregate, column.values(), only, state) && is_fine;
    }
  }
  return is_fine;
}

void expect_same(const Accumulator& state, const Accumulator& other, std::size_t bytes) {
  EXPECT_EQ(state.count, other.count);
  if (bytes <= offsetof(Accumulator, low) || std::isnan(state.real())) return;
  EXPECT_EQ(state.low, other.low);
  if (bytes != offsetof(Accumulator, more)) return;
  EXPECT_EQ(state.high, other.high);  // of integers
}

void expect_same_groups(Aggregate aggregate, const Column& column, const Rows& some) {
  const std::size_t bytes = bytes_of(aggregate, column.number);
  std::vector<std::uint64_t> memory(kGroups * bytes / 8 + sizeof(Accumulator) / 8);
  const States states = {reinterpret_cast<char*>(memory.data()), bytes};
  const bool is_fine = add_each(aggregate, column.values(), some.rows, some.groups.data(), states);
  bool each_is_fine = true;
  for (std::uint32_t group = 0; group < kGroups; ++group) {
    Accumulator state;
    each_is_fine = add_one_by_one(aggregate, column, some, group, state) && each_is_fine;
    if (is_fine) expect_same(state, states[group], bytes);
  }
  EXPECT_EQ(is_fine, each_is_fine);
}

TEST(Accumulator, TakesRowsOfManyGroupsAsItTakesThoseOfEach) {
  for (std::uint64_t seed = 0; seed < 100; ++seed) {
    std::mt19937_64 random(seed);
    for (const Number number : {Number::kInteger, Number::kFloat, Number::kDouble}) {
      const Column column = any_column(number, 300, random);
      const Rows some = any_rows(column, random);
      for (const Aggregate aggregate : {Aggregate::kCountRows, Aggregate::kCount, Aggregate::kSum,
                                        Aggregate::kAverage, Aggregate::kMin, Aggregate::kMax}) {
        SCOPED_TRACE(::testing::Message() << "seed " << seed << ", number " << int(number)
                                          << ", aggregate " << int(aggregate));
        expect_same_groups(aggregate, column, some);
      }
    }
  }
}

}  // namespace
}  // namespace varve::vectorized
