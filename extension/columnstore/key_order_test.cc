#include "extension/columnstore/key_order.h"

#include <algorithm>
#include <gtest/gtest.h>
#include <numeric>
#include <random>
#include <vector>

namespace varve::columnstore {
namespace {

using Numbers = std::vector<std::uint64_t>;

std::vector<std::uint32_t> order(std::size_t rows, const std::vector<SortKeys>& columns) {
  std::vector<std::uint32_t> out(rows);
  sort_rows(columns, out, std::pmr::get_default_resource());
  return out;
}

TEST(KeyOrder, Table) {
  const Numbers keys = {5, 1, 9, 5};
  const Numbers valid = {0b1011};  // the third is null
  const Numbers second = {2, 0, 0, 1};
  using Order = std::vector<std::uint32_t>;
  EXPECT_EQ(order(4, {{keys, nullptr, false, false}}), (Order{1, 0, 3, 2})) << "equal rows stay";
  EXPECT_EQ(order(4, {{keys, nullptr, true, false}}), (Order{2, 0, 3, 1})) << "descending";
  EXPECT_EQ(order(4, {{keys, valid.data(), false, false}}), (Order{1, 0, 3, 2})) << "nulls last";
  EXPECT_EQ(order(4, {{keys, valid.data(), false, true}}), (Order{2, 1, 0, 3})) << "nulls first";
  EXPECT_EQ(order(4, {{keys, valid.data(), true, true}}), (Order{2, 0, 3, 1}));
  EXPECT_EQ(order(4, {{keys, nullptr, false, false}, {second, nullptr, false, false}}),
            (Order{1, 3, 0, 2}))
      << "the second column decides";
  const Numbers arrival = {1, 2, 2, 3};
  EXPECT_EQ(order(4, {{keys, nullptr, false, false}, {arrival, nullptr, false, false}}),
            (Order{1, 0, 3, 2}))
      << "in the order of the second column already";
  EXPECT_EQ(order(4, {{arrival, nullptr, false, false}, {keys, nullptr, true, false}}),
            (Order{0, 2, 1, 3}))
      << "in the order of the first alone";
  const Numbers far = {~std::uint64_t{0}, 0, 5, 5};
  EXPECT_EQ(order(4, {{far, nullptr, false, false}}), (Order{1, 2, 3, 0})) << "64 bits";
  EXPECT_EQ(order(4, {{far, nullptr, true, false}, {keys, nullptr, false, false}}),
            (Order{0, 3, 2, 1}))
      << "more than 64 bits";
  EXPECT_EQ(order(0, {{keys, nullptr, false, false}}), Order{}) << "no rows";
  EXPECT_EQ(order(3, {}), (Order{0, 1, 2})) << "no columns";
  const Numbers none = {0};
  EXPECT_EQ(order(3, {{keys, none.data(), false, false}}), (Order{0, 1, 2})) << "all are null";
}

/// A column of a random width, with or without nulls.
struct Column {
  Numbers keys;
  Numbers validity;
  SortKeys sort;
};

Column any_column(std::mt19937_64& random, std::size_t rows) {
  Column column{Numbers(rows), Numbers(rows / 64 + 1), {}};
  const unsigned width = static_cast<unsigned>(random() % 65);
  const std::uint64_t base = random() % 2 == 0 ? 0 : random() >> 1;
  for (auto& key : column.keys) key = width == 0 ? base : base + (random() >> (64 - width));
  if (random() % 3 == 0) std::ranges::sort(column.keys);
  for (auto& word : column.validity) word = random() | random();
  column.sort = {column.keys, random() % 2 == 0 ? nullptr : column.validity.data(),
                 random() % 2 == 0, random() % 2 == 0};
  return column;
}

TEST(KeyOrder, IsThatOfAStableSortByEachColumnFromTheLastToTheFirst) {
  for (std::uint64_t seed = 0; seed < 400; ++seed) {
    SCOPED_TRACE(::testing::Message() << "seed " << seed);
    std::mt19937_64 random(seed);
    const std::size_t rows = random() % 300;
    std::vector<Column> columns;
    for (std::size_t i = random() % 4; i > 0; --i) columns.push_back(any_column(random, rows));
    std::vector<SortKeys> sort;
    for (const Column& column : columns) sort.push_back(column.sort);

    std::vector<std::uint32_t> expected(rows);
    std::iota(expected.begin(), expected.end(), 0U);
    for (std::size_t i = sort.size(); i-- > 0;) {
      const SortKeys& key = sort[i];
      const auto valid = [&](std::uint32_t row) {
        return key.validity == nullptr || (key.validity[row / 64] >> row % 64 & 1) != 0;
      };
      std::ranges::stable_sort(expected, [&](std::uint32_t a, std::uint32_t b) {
        if (valid(a) != valid(b)) return valid(a) != key.nulls_first;
        if (!valid(a)) return false;
        return key.is_descending ? key.keys[a] > key.keys[b] : key.keys[a] < key.keys[b];
      });
    }
    ASSERT_EQ(order(rows, sort), expected);
  }
}

}  // namespace
}  // namespace varve::columnstore
