#include "extension/chunk/slice.h"

#include <gtest/gtest.h>
#include <limits>
#include <map>
#include <random>

namespace varve::chunk {
namespace {

constexpr std::int64_t kLow = std::numeric_limits<std::int64_t>::min();
constexpr std::int64_t kHigh = std::numeric_limits<std::int64_t>::max();

TEST(SliceOf, Table) {
  const struct {
    const char* why;
    std::int64_t value, width, origin, lowest, highest;
    Slice slice;
  } cases[] = {
      {"inside", 27, 10, 0, kLow, kHigh, {20, 30}},
      {"the begin belongs to it", 20, 10, 0, kLow, kHigh, {20, 30}},
      {"below zero rounds down", -1, 10, 0, kLow, kHigh, {-10, 0}},
      {"origin shifts the grid", 2, 10, 3, kLow, kHigh, {-7, 3}},
      {"cut below", -32767, 10, 0, -32768, 32767, {-32768, -32760}},
      {"cut above", 32766, 10, 0, -32768, 32767, {32760, 32767}},
      {"no overflow at the low end", kLow, 10, 0, kLow, kHigh, {kLow, kLow + 8}},
      {"no overflow at the high end", kHigh - 1, 10, 0, kLow, kHigh, {kHigh - 7, kHigh}},
      {"wider than the type", 5, kHigh, 0, -100, 100, {0, 100}},
  };
  for (const auto& c : cases) {
    EXPECT_EQ(slice_of(c.value, c.width, c.origin, c.lowest, c.highest), c.slice) << c.why;
  }
}

TEST(SliceOf, HoldsItsValueAndIsSharedByAllItsValues) {
  std::mt19937_64 random(1);
  for (int i = 0; i < 10'000; ++i) {
    const auto value = static_cast<std::int64_t>(random()) >> (random() % 64);
    const auto width = static_cast<std::int64_t>((random() >> (1 + random() % 63)) | 1);
    const auto origin = static_cast<std::int64_t>(random());
    if (value == kHigh) continue;
    const Slice slice = slice_of(value, width, origin, kLow, kHigh);
    ASSERT_LE(slice.begin, value);
    ASSERT_LT(value, slice.end);
    ASSERT_EQ(slice_of(slice.begin, width, origin, kLow, kHigh), slice);
    ASSERT_EQ(slice_of(slice.end - 1, width, origin, kLow, kHigh), slice);
  }
}

TEST(Cut, Table) {
  const struct {
    const char* why;
    Slice cell;
    std::int64_t end_before, begin_after;
    Slice part;
  } cases[] = {
      {"alone", {20, 30}, kLow, kHigh, {20, 30}},
      {"neighbours on the grid", {20, 30}, 20, 30, {20, 30}},
      {"far neighbours", {20, 30}, 5, 70, {20, 30}},
      {"the chunk before reaches into the cell", {20, 30}, 24, kHigh, {24, 30}},
      {"the chunk after begins in the cell", {20, 30}, kLow, 26, {20, 26}},
      {"one unit is left", {20, 30}, 24, 25, {24, 25}},
      {"at the ends of the type", {kLow, kHigh}, kLow, kHigh, {kLow, kHigh}},
  };
  for (const auto& c : cases) EXPECT_EQ(cut(c.cell, c.end_before, c.begin_after), c.part) << c.why;
}

/// What chunk creation rests on: whatever the interval was when each chunk was made, no two
/// overlap, and every value has one.
TEST(Cut, ChunksMadeUnderChangingIntervalsNeverOverlap) {
  std::mt19937_64 random(1);
  for (int round = 0; round < 200; ++round) {
    std::map<std::int64_t, std::int64_t> chunks;  // begin to end
    for (int i = 0; i < 100; ++i) {
      const auto value = static_cast<std::int64_t>(random() % 2000) - 1000;
      const auto width = static_cast<std::int64_t>(random() % 300) + 1;
      const auto after = chunks.upper_bound(value);
      const bool has_before = after != chunks.begin();
      const auto end_before = has_before ? std::prev(after)->second : kLow;
      if (has_before && value < end_before) continue;  // it has a chunk
      const auto begin_after = after != chunks.end() ? after->first : kHigh;
      const Slice slice = cut(slice_of(value, width, 0, kLow, kHigh), end_before, begin_after);
      ASSERT_LE(slice.begin, value);
      ASSERT_LT(value, slice.end);
      ASSERT_GE(slice.begin, end_before);
      ASSERT_LE(slice.end, begin_after);
      chunks.emplace(slice.begin, slice.end);
    }
  }
}

}  // namespace
}  // namespace varve::chunk
