#include "extension/columnar/vector_cursor.h"

#include <gtest/gtest.h>
#include <utility>
#include <vector>

namespace varve::columnar {
namespace {

using Places = std::vector<std::pair<int, unsigned>>;

struct Groups {
  std::vector<unsigned> vectors;
  [[nodiscard]] int count() const { return static_cast<int>(vectors.size()); }
  [[nodiscard]] auto of() const {
    return [this](int group) { return vectors[static_cast<std::size_t>(group)]; };
  }
  [[nodiscard]] Places all() const {
    Places places;
    for (int group = 0; group < count(); ++group) {
      for (unsigned v = 0; v < of()(group); ++v) places.emplace_back(group, v);
    }
    return places;
  }
};

const Groups kCases[] = {{{}}, {{0}}, {{1}}, {{3}}, {{0, 2, 0, 0, 3, 1}}, {{2, 1, 0}}, {{0, 0}}};

TEST(VectorCursor, GoesThroughAllVectorsBothWays) {
  for (const Groups& groups : kCases) {
    VectorCursor cursor;
    Places there, back;
    while (cursor.forward(groups.count(), groups.of())) {
      there.emplace_back(cursor.group(), cursor.vector());
    }
    EXPECT_FALSE(cursor.forward(groups.count(), groups.of()));
    while (cursor.backward(groups.of())) back.emplace_back(cursor.group(), cursor.vector());
    EXPECT_FALSE(cursor.backward(groups.of()));
    EXPECT_EQ(there, groups.all());
    EXPECT_EQ(Places(back.rbegin(), back.rend()), groups.all());
    cursor.move_behind_last(groups.count());
    EXPECT_EQ(cursor.backward(groups.of()), !there.empty());
  }
}

TEST(VectorCursor, TurnsRoundAnywhere) {
  const Groups groups{{0, 2, 0, 3, 1}};
  const Places all = groups.all();
  for (std::size_t at = 1; at < all.size(); ++at) {
    VectorCursor cursor;
    for (std::size_t i = 0; i <= at; ++i) cursor.forward(groups.count(), groups.of());
    ASSERT_TRUE(cursor.backward(groups.of()));
    EXPECT_EQ(std::make_pair(cursor.group(), cursor.vector()), all[at - 1]);
    ASSERT_TRUE(cursor.forward(groups.count(), groups.of()));
    EXPECT_EQ(std::make_pair(cursor.group(), cursor.vector()), all[at]);
  }
}

}  // namespace
}  // namespace varve::columnar
