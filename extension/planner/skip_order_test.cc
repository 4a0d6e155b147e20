#include "extension/planner/skip_order.h"

#include <gtest/gtest.h>
#include <vector>

namespace varve::planner {
namespace {

constexpr int kDevice = 1;
constexpr int kRegion = 2;
constexpr int kTime = 3;

IndexedColumn ascending(int attribute, bool bound = false) {
  return {attribute, false, false, false, bound};
}
IndexedColumn descending(int attribute, bool bound = false) {
  return {attribute, true, true, false, bound};
}
IndexedColumn not_null(IndexedColumn column) {
  column.not_null = true;
  return column;
}
OrderedColumn up(int attribute) { return {attribute, false, false}; }
OrderedColumn down(int attribute) { return {attribute, true, true}; }

TEST(SkipOrder, Table) {
  struct Case {
    const char* why;
    std::vector<IndexedColumn> index;
    std::vector<int> keys;
    std::vector<OrderedColumn> rest, wanted;
    std::optional<SkipOrder> order;
  };
  const Case cases[] = {
      {"distinct values alone", {ascending(kDevice)}, {kDevice}, {}, {}, {{1, false, false}}},
      {"first row of each",
       {ascending(kDevice), ascending(kTime)},
       {kDevice},
       {up(kTime)},
       {},
       {{1, false, false}}},
      {"last row of each",
       {ascending(kDevice), ascending(kTime)},
       {kDevice},
       {down(kTime)},
       {},
       {{1, false, true}}},
      {"last row of a descending index",
       {ascending(kDevice), descending(kTime)},
       {kDevice},
       {down(kTime)},
       {},
       {{1, false, false}}},
      {"values from the last on",
       {ascending(kDevice)},
       {kDevice},
       {},
       {down(kDevice)},
       {{1, true, true}}},
      {"values one way, rows the other",
       {ascending(kDevice), ascending(kTime)},
       {kDevice},
       {up(kTime)},
       {down(kDevice)},
       {{1, true, false}}},
      {"two keys in either order",
       {ascending(kRegion), ascending(kDevice)},
       {kDevice, kRegion},
       {},
       {},
       {{2, false, false}}},
      {"bound column before the key",
       {ascending(kRegion, true), ascending(kDevice)},
       {kDevice},
       {},
       {},
       {{2, false, false}}},
      {"bound column between key and order",
       {ascending(kDevice), ascending(kRegion, true), ascending(kTime)},
       {kDevice},
       {down(kTime)},
       {},
       {{1, false, true}}},
      {"another column before the key",
       {ascending(kRegion), ascending(kDevice)},
       {kDevice},
       {},
       {},
       std::nullopt},
      {"a key that the index lacks",
       {ascending(kDevice)},
       {kDevice, kRegion},
       {},
       {},
       std::nullopt},
      {"nothing to skip", {ascending(kDevice, true)}, {kDevice}, {}, {}, std::nullopt},
      {"a column that cannot be used",
       {ascending(0), ascending(kDevice)},
       {kDevice},
       {},
       {},
       std::nullopt},
      {"order that the index lacks",
       {ascending(kDevice)},
       {kDevice},
       {down(kTime)},
       {},
       std::nullopt},
      {"order by another column first",
       {ascending(kDevice), ascending(kRegion), ascending(kTime)},
       {kDevice},
       {down(kTime)},
       {},
       std::nullopt},
      {"directions that differ",
       {ascending(kDevice), ascending(kRegion), ascending(kTime)},
       {kDevice},
       {up(kRegion), down(kTime)},
       {},
       std::nullopt},
      {"nulls at the other end",
       {ascending(kDevice), ascending(kTime)},
       {kDevice},
       {{kTime, true, false}},
       {},
       std::nullopt},
      {"no nulls at either end",
       {ascending(kDevice), not_null(ascending(kTime))},
       {kDevice},
       {{kTime, true, false}},
       {},
       {{1, false, true}}},
  };
  for (const Case& c : cases) {
    const auto order = skip_order(c.index, c.keys, c.rest, c.wanted);
    ASSERT_EQ(order.has_value(), c.order.has_value()) << c.why;
    if (!order) continue;
    EXPECT_EQ(order->prefix, c.order->prefix) << c.why;
    EXPECT_EQ(order->prefix_backward, c.order->prefix_backward) << c.why;
    EXPECT_EQ(order->rest_backward, c.order->rest_backward) << c.why;
  }
}

}  // namespace
}  // namespace varve::planner
