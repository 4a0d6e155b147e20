#include "extension/continuous_aggregate/result_table.h"

#include <algorithm>
#include <gtest/gtest.h>
#include <map>
#include <random>
#include <vector>

namespace varve::continuous_aggregate {
namespace {

using Memory = std::vector<ResultTable::Entry>;
using Match = ResultTable::Match;

std::vector<std::uint32_t> blocks_left(const ResultTable& table) {
  std::vector<std::uint32_t> blocks;
  table.for_each([&](const ResultTable::Entry& entry) { blocks.push_back(entry.place.block); });
  std::sort(blocks.begin(), blocks.end());
  return blocks;
}

TEST(Place, IsANumberInTheSameOrder) {
  const Place places[] = {{0, 0, 1}, {0, 0, 2},
                          {0, 1, 1}, {0, 0xfffffffe, 0x3fff},
                          {1, 0, 1}, {Place::kMaxChunks - 1, 0x80000000, 256}};
  for (std::size_t i = 0; i < std::size(places); ++i) {
    EXPECT_EQ(Place::of(places[i].number()), places[i]) << i;
    EXPECT_GE(places[i].number(), 0) << i;
    if (i == 0) continue;
    EXPECT_LT(places[i - 1], places[i]) << i;
  }
}

TEST(ResultTable, OfNothingGivesNothing) {
  ResultTable table;
  EXPECT_TRUE(table.is_full());
  EXPECT_EQ(table.take({1, 1}).match, Match::kNone);
}

TEST(ResultTable, RowsOfOneKeyAreTheSameOrAreReplaced) {
  Memory memory(16);
  ResultTable table(memory);
  table.add({1, 1}, {5, 10, 1});
  table.add({17, 2}, {5, 20, 1});  // belongs to the same entry
  table.add({33, 3}, {5, 30, 1});
  EXPECT_EQ(table.take({2, 1}).match, Match::kNone);
  const auto same = table.take({1, 1});
  EXPECT_EQ(same.match, Match::kSame);
  EXPECT_EQ(same.place, (Place{5, 10, 1}));
  const auto other = table.take({17, 7});
  EXPECT_EQ(other.match, Match::kOther);
  EXPECT_EQ(other.place, (Place{5, 20, 1}));
  EXPECT_EQ(table.size(), 1u);
  EXPECT_EQ(blocks_left(table), std::vector<std::uint32_t>{30});
}

TEST(ResultTable, EachRowIsTakenOnce) {
  Memory memory(16);
  ResultTable table(memory);
  table.add({1, 1}, {5, 10, 1});
  table.add({17, 2}, {5, 20, 1});
  EXPECT_EQ(table.take({1, 2}).match, Match::kOther);
  EXPECT_EQ(table.take({1, 1}).match, Match::kNone);
  EXPECT_EQ(table.take({17, 2}).match, Match::kSame);
  EXPECT_EQ(table.take({17, 2}).match, Match::kNone);
  EXPECT_EQ(table.size(), 0u);
}

TEST(ResultTable, RowsOfOneKeyAreAsManyAsWereAdded) {
  Memory memory(4096);
  ResultTable table(memory);
  for (std::uint32_t i = 0; i < 2000; ++i) table.add({7, 7}, {1, i, 1});
  for (int i = 0; i < 1500; ++i) ASSERT_EQ(table.take({7, 7}).match, Match::kSame) << i;
  EXPECT_EQ(blocks_left(table).size(), 500u);
  for (int i = 0; i < 500; ++i) ASSERT_EQ(table.take({7, 8}).match, Match::kOther) << i;
  EXPECT_EQ(table.take({7, 7}).match, Match::kNone);
}

/// Adds, and doubles the memory where it is full.
void add(ResultTable& table, Memory& memory, Image image, std::uint32_t block) {
  if (table.is_full()) {
    Memory larger(memory.empty() ? 4 : memory.size() * 2);
    table = ResultTable(larger, table);
    memory.swap(larger);
  }
  table.add(image, {block, block, 1});
}

TEST(ResultTable, GrowsAndKeepsAll) {
  std::mt19937_64 random(1);
  std::map<std::uint64_t, int> counts;
  Memory memory;
  ResultTable table;
  for (std::uint32_t i = 0; i < 10'000; ++i) {
    const std::uint64_t value = random() % 5000;
    ++counts[value];
    add(table, memory, {value * 64, value}, i);
  }
  EXPECT_EQ(table.size(), 10'000u);
  for (const auto& [value, count] : counts) {
    for (int i = 0; i < count; ++i) {
      ASSERT_EQ(table.take({value * 64, value}).match, Match::kSame) << value;
    }
    ASSERT_EQ(table.take({value * 64, value}).match, Match::kNone) << value;
  }
  EXPECT_TRUE(blocks_left(table).empty());
}

/// Keys that collide with each other, and with places where copies of others are filed.
std::uint64_t colliding_key(std::mt19937_64& random) {
  return random() % 4 * 16 + random() % 3 * 0x9e3779b97f4a7c15;
}

TEST(ResultTable, CollidingKeysLoseNoRow) {
  for (std::uint64_t seed = 0; seed < 500; ++seed) {
    SCOPED_TRACE(::testing::Message() << "seed " << seed);
    std::mt19937_64 random(seed);
    const auto count = static_cast<std::uint32_t>(random() % 60);
    Memory memory;
    ResultTable table;
    std::vector<Image> images;
    for (std::uint32_t i = 0; i < count; ++i) {
      images.push_back({colliding_key(random), random() % 3});
      add(table, memory, images.back(), i);
    }
    std::vector<std::uint32_t> blocks;  // taken, then left: each once
    for (int i = 0; i < 40; ++i) {
      const Image image = {colliding_key(random), random() % 3};
      const auto taken = table.take(image);
      if (taken.match == Match::kNone) continue;
      blocks.push_back(taken.place.block);
      const bool is_same = images[taken.place.block].whole == image.whole;
      EXPECT_EQ(taken.match, is_same ? Match::kSame : Match::kOther);
    }
    EXPECT_EQ(table.size(), count - blocks.size());
    const auto left = blocks_left(table);
    blocks.insert(blocks.end(), left.begin(), left.end());
    std::sort(blocks.begin(), blocks.end());
    ASSERT_EQ(blocks.size(), count);
    for (std::uint32_t i = 0; i < count; ++i) EXPECT_EQ(blocks[i], i);
  }
}

}  // namespace
}  // namespace varve::continuous_aggregate
