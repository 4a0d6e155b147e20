#include "extension/continuous_aggregate/range_set.h"

#include <gtest/gtest.h>
#include <limits>
#include <random>
#include <set>

namespace varve::continuous_aggregate {
namespace {

using Limits = std::numeric_limits<std::int64_t>;

bool holds(const Ranges& ranges, std::int64_t value) {
  for (const Range& range : ranges) {
    if (value >= range.begin && value < range.end) return true;
  }
  return false;
}

TEST(Merged, JoinsWhatTouches) {
  EXPECT_EQ(merged({{5, 7}, {1, 3}, {3, 4}, {6, 9}, {2, 2}}), (Ranges{{1, 4}, {5, 9}}));
  EXPECT_EQ(merged({}), Ranges{});
}

TEST(Without, Table) {
  EXPECT_EQ(without({{0, 10}}, {{2, 3}, {5, 20}}), (Ranges{{0, 2}, {3, 5}}));
  EXPECT_EQ(without({{0, 10}}, {{-5, 20}}), Ranges{});
  EXPECT_EQ(without({{0, 4}, {6, 8}}, {{4, 6}}), (Ranges{{0, 4}, {6, 8}}));
}

TEST(RangeSet, JoinsWhatIsLessThanAGrainApart) {
  RangeSet set(10);
  for (const std::int64_t value : {25, 27, 30, -1, 99, 109, 120, 91}) set.add(value);
  EXPECT_EQ(set.ranges(), (Ranges{{-1, 0}, {25, 31}, {91, 110}, {120, 121}}));
  set.add(115);
  EXPECT_EQ(set.ranges(), (Ranges{{-1, 0}, {25, 31}, {91, 121}})) << "joins both sides";
  set.add(Range{35, 85});
  EXPECT_EQ(set.ranges(), (Ranges{{-1, 0}, {25, 121}}));
}

TEST(RangeSet, ReachesTheEndsOf64Bits) {
  RangeSet set(86'400'000'000);
  set.add(Limits::min());
  set.add(Limits::max() - 1);
  set.add(0);
  EXPECT_EQ(
      set.ranges(),
      (Ranges{{Limits::min(), Limits::min() + 1}, {0, 1}, {Limits::max() - 1, Limits::max()}}));
  set.add(Range{Limits::min(), Limits::max()});
  EXPECT_EQ(set.ranges(), (Ranges{{Limits::min(), Limits::max()}}));
}

TEST(RangeSet, GivesUpTheSmallestGapWhereItIsFull) {
  RangeSet set(1, 3);
  for (const std::int64_t value : {0, 100, 103, 1000}) set.add(value);
  EXPECT_EQ(set.ranges(), (Ranges{{0, 1}, {100, 104}, {1000, 1001}}));
}

/// Whatever is added is held; ranges ascend with gaps between them and are no more than the limit.
TEST(RangeSet, NeverForgets) {
  for (std::uint64_t seed = 0; seed < 2'000; ++seed) {
    SCOPED_TRACE(::testing::Message() << "seed " << seed);
    std::mt19937_64 random(seed);
    const auto below = [&](std::uint64_t n) { return static_cast<std::int64_t>(random() % n); };
    RangeSet set(1 + below(50), 1 + static_cast<std::size_t>(below(8)));
    Ranges added;
    for (std::int64_t n = below(60); n > 0; --n) {
      const std::int64_t value = below(2'000) - 1'000;
      if (below(4) == 0) {
        added.push_back({value, value + below(30)});
        set.add(added.back());
      } else {
        added.push_back({value, value + 1});
        set.add(value);
      }
    }
    const Ranges& ranges = set.ranges();
    ASSERT_LE(ranges.size(), 8U);
    for (std::size_t i = 0; i + 1 < ranges.size(); ++i)
      ASSERT_LT(ranges[i].end, ranges[i + 1].begin);
    for (const Range& range : added) {
      for (std::int64_t v = range.begin; v < range.end; ++v) ASSERT_TRUE(holds(ranges, v)) << v;
    }
  }
}

/// Set operations agree with sets of points.
TEST(Ranges, OperationsAgreeWithPoints) {
  for (std::uint64_t seed = 0; seed < 2'000; ++seed) {
    SCOPED_TRACE(::testing::Message() << "seed " << seed);
    std::mt19937_64 random(seed);
    const auto some = [&] {
      Ranges ranges;
      for (std::uint64_t n = random() % 6; n > 0; --n) {
        const auto begin = static_cast<std::int64_t>(random() % 40);
        ranges.push_back({begin, begin + static_cast<std::int64_t>(random() % 8)});
      }
      return ranges;
    };
    const Ranges a = some();
    const Ranges b = some();
    const Range window = {5, 30};
    const Ranges difference = without(merged(a), merged(b));
    const Ranges inside = common(merged(a), window);
    for (std::int64_t v = -1; v < 50; ++v) {
      ASSERT_EQ(holds(merged(a), v), holds(a, v)) << v;
      ASSERT_EQ(holds(difference, v), holds(a, v) && !holds(b, v)) << v;
      ASSERT_EQ(holds(inside, v), holds(a, v) && v >= 5 && v < 30) << v;
    }
  }
}

}  // namespace
}  // namespace varve::continuous_aggregate
