#include "extension/chunk/window.h"

#include <gtest/gtest.h>
#include <limits>

namespace varve::chunk {
namespace {

TEST(LiesIn, Table) {
  const Slice chunk = {10, 20};
  const struct {
    const char* why;
    Window window;
    bool lies_in;
  } cases[] = {
      {"no bounds", {}, true},
      {"exactly", {10, 20}, true},
      {"wider", {0, 30}, true},
      {"the end sticks out", {10, 19}, false},
      {"the begin sticks out", {11, 20}, false},
      {"before", {20, 30}, false},
      {"after", {0, 10}, false},
      {"empty", {15, 15}, false},
      {"older than the beginning of time", {.to = std::numeric_limits<std::int64_t>::min()}, false},
  };
  for (const auto& c : cases) EXPECT_EQ(lies_in(chunk, c.window), c.lies_in) << c.why;
}

TEST(CreatedIn, BothEndsAreOutside) {
  EXPECT_TRUE(created_in(5, {}));
  EXPECT_TRUE(created_in(5, {4, 6}));
  EXPECT_FALSE(created_in(5, {5, 6}));
  EXPECT_FALSE(created_in(5, {4, 5}));
}

}  // namespace
}  // namespace varve::chunk
