#include "extension/chunk/maintain/ranges.h"

#include <gtest/gtest.h>
#include <limits>
#include <vector>

namespace varve::chunk {
namespace {

constexpr std::int64_t kLeast = std::numeric_limits<std::int64_t>::min();
constexpr std::int64_t kMost = std::numeric_limits<std::int64_t>::max();

TEST(FirstGap, Table) {
  const struct {
    const char* why;
    std::vector<Slice> slices;
    std::optional<std::size_t> gap;
  } cases[] = {
      {"nothing", {}, std::nullopt},
      {"one", {{0, 10}}, std::nullopt},
      {"adjacent, of any width", {{0, 10}, {10, 11}, {11, 40}}, std::nullopt},
      {"a gap", {{0, 10}, {10, 20}, {21, 30}}, 2},
      {"an overlap", {{0, 10}, {9, 20}}, 1},
      {"the same twice", {{0, 10}, {0, 10}}, 1},
  };
  for (const auto& c : cases) EXPECT_EQ(first_gap(c.slices), c.gap) << c.why;
}

TEST(MiddleOf, Table) {
  const struct {
    const char* why;
    Slice slice;
    std::int64_t middle;
  } cases[] = {
      {"even", {0, 10}, 5},          {"odd rounds down", {0, 11}, 5},
      {"below zero", {-11, 0}, -6},  {"across zero", {-10, 10}, 0},
      {"a single value", {7, 8}, 7}, {"all there is", {kLeast, kMost}, -1},
  };
  for (const auto& c : cases) EXPECT_EQ(middle_of(c.slice), c.middle) << c.why;
}

TEST(Cuts, OnlyInside) {
  EXPECT_FALSE(cuts(0, {0, 10}));
  EXPECT_TRUE(cuts(1, {0, 10}));
  EXPECT_TRUE(cuts(9, {0, 10}));
  EXPECT_FALSE(cuts(10, {0, 10}));
  EXPECT_FALSE(cuts(middle_of({7, 8}), {7, 8}));
}

TEST(Overlap, NeighboursDoNot) {
  EXPECT_FALSE(overlap({0, 10}, {10, 20}));
  EXPECT_FALSE(overlap({10, 20}, {0, 10}));
  EXPECT_TRUE(overlap({0, 10}, {9, 20}));
  EXPECT_TRUE(overlap({0, 10}, {2, 3}));
  EXPECT_TRUE(overlap({2, 3}, {0, 10}));
}

}  // namespace
}  // namespace varve::chunk
