#include "extension/job/refresh_window.h"

#include <gtest/gtest.h>

namespace varve::job {
namespace {

constexpr auto kLast = std::numeric_limits<std::int64_t>::max();

TEST(HoldsBuckets, Table) {
  const struct {
    const char* why;
    RefreshWindow window;
    bool holds;
  } cases[] = {
      {"exactly two", {30, 10}, true},          {"one and a half", {25, 10}, false},
      {"the wrong way round", {10, 30}, false}, {"open begin", {std::nullopt, 10}, true},
      {"open end", {10, std::nullopt}, true},   {"into the future", {10, -10}, true},
      {"no overflow", {kLast, -kLast}, true},   {"nor the other way round", {-kLast, kLast}, false},
  };
  for (const auto& c : cases) EXPECT_EQ(holds_buckets(c.window, 10, 2), c.holds) << c.why;
}

TEST(Overlap, Table) {
  const struct {
    const char* why;
    RefreshWindow a, b;
    bool overlap;
  } cases[] = {
      {"side by side", {30, 20}, {20, 10}, false},
      {"apart", {60, 50}, {20, 10}, false},
      {"by a little", {30, 19}, {20, 10}, true},
      {"the same", {30, 20}, {30, 20}, true},
      {"within", {90, 0}, {30, 20}, true},
      {"open ends meet", {std::nullopt, 20}, {20, std::nullopt}, false},
      {"open ends cross", {std::nullopt, 10}, {20, std::nullopt}, true},
      {"everything", {std::nullopt, std::nullopt}, {20, 10}, true},
  };
  for (const auto& c : cases) {
    EXPECT_EQ(overlap(c.a, c.b), c.overlap) << c.why;
    EXPECT_EQ(overlap(c.b, c.a), c.overlap) << c.why;
  }
}

}  // namespace
}  // namespace varve::job
