#include "extension/chunk/disjoint.h"

#include <gtest/gtest.h>
#include <vector>

namespace varve::chunk {
namespace {

TEST(AreDisjoint, Table) {
  const struct {
    const char* why;
    std::vector<int> parts;
    int count;
    bool disjoint;
  } cases[] = {
      {"one", {-1, 0, -1}, 1, true},
      {"adjacent", {-1, 0, 1, -1}, 2, true},
      {"with a gap", {-1, 0, -1, 1, -1}, 2, true},
      {"from the least value to the greatest", {0}, 1, true},
      {"[0, 20) and [10, 20): one is lost", {-1, -1, 0, -1}, 2, false},
      {"[0, 20) and [10, 30)", {-1, -1, 0, 1, -1}, 2, false},
      {"[0, 30) and [10, 20)", {-1, -1, 0, 1, -1}, 2, false},
      {"[0, 20) and [0, 30)", {-1, 0, 1, -1}, 2, true},  // says the same as if they were adjacent
  };
  for (const auto& c : cases) EXPECT_EQ(are_disjoint(c.parts, c.count), c.disjoint) << c.why;
}

}  // namespace
}  // namespace varve::chunk
