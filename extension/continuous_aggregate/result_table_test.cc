#include "extension/continuous_aggregate/result_table.h"

#include <gtest/gtest.h>
#include <map>
#include <random>
#include <vector>

namespace varve::continuous_aggregate {
namespace {

using Memory = std::vector<ResultTable::Entry>;

std::multimap<std::uint64_t, std::uint32_t> rows_left(const ResultTable& table) {
  std::multimap<std::uint64_t, std::uint32_t> rows;
  table.for_each([&](const ResultTable::Entry& entry) {
    rows.emplace(entry.image.second, entry.place.block);
  });
  return rows;
}

TEST(ResultTable, OfNothingGivesNothing) {
  ResultTable table;
  EXPECT_TRUE(table.is_full());
  EXPECT_FALSE(table.take({1, 1}));
}

TEST(ResultTable, EachRowIsTakenOnce) {
  Memory memory(16);
  ResultTable table(memory);
  table.add({1, 1}, {5, 10, 1});
  table.add({17, 2}, {5, 20, 1});  // belongs to the same entry
  EXPECT_FALSE(table.take({1, 2}));
  EXPECT_TRUE(table.take({1, 1}));
  EXPECT_FALSE(table.take({1, 1}));
  EXPECT_EQ(table.size(), 1u);
  EXPECT_EQ(rows_left(table), (std::multimap<std::uint64_t, std::uint32_t>{{2, 20}}));
  EXPECT_TRUE(table.take({17, 2}));
  EXPECT_EQ(table.size(), 0u);
}

TEST(ResultTable, RowsOfOneImageAreAsManyAsWereAdded) {
  Memory memory(4096);
  ResultTable table(memory);
  for (std::uint32_t i = 0; i < 2000; ++i) table.add({7, 7}, {1, i, 1});
  for (int i = 0; i < 1500; ++i) ASSERT_TRUE(table.take({7, 7})) << i;
  EXPECT_EQ(rows_left(table).count(7), 500u);
  for (int i = 0; i < 500; ++i) ASSERT_TRUE(table.take({7, 7})) << i;
  EXPECT_FALSE(table.take({7, 7}));
}

TEST(ResultTable, GrowsAndKeepsAll) {
  std::mt19937_64 random(1);
  std::map<std::uint64_t, int> counts;
  Memory memory;
  ResultTable table;
  for (std::uint32_t i = 0; i < 10'000; ++i) {
    if (table.is_full()) {
      Memory larger(memory.empty() ? 4 : memory.size() * 2);
      table = ResultTable(larger, table);
      memory.swap(larger);
    }
    const std::uint64_t value = random() % 5000;
    ++counts[value];
    table.add({value * 64, value}, {i, i, 1});
  }
  EXPECT_EQ(table.size(), 10'000u);
  for (const auto& [value, count] : counts) {
    for (int i = 0; i < count; ++i) ASSERT_TRUE(table.take({value * 64, value})) << value;
    ASSERT_FALSE(table.take({value * 64, value})) << value;
  }
  EXPECT_TRUE(rows_left(table).empty());
}

}  // namespace
}  // namespace varve::continuous_aggregate
