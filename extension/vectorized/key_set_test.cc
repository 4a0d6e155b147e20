#include "extension/vectorized/key_set.h"

#include <gtest/gtest.h>
#include <vector>

namespace varve::vectorized {
namespace {

TEST(KeySet, HasWhatWasAdded) {
  std::vector<std::uint64_t> memory(16);
  KeySet set(memory);
  for (const std::uint64_t hash : {0U, 5U, 21U, 37U}) set.add(hash);  // three of one entry
  for (const std::uint64_t hash : {0U, 5U, 21U, 37U}) EXPECT_TRUE(set.has(hash)) << hash;
  for (const std::uint64_t hash : {2U, 6U, 53U}) EXPECT_FALSE(set.has(hash)) << hash;
}

TEST(KeySet, CountsAHashOnce) {
  std::vector<std::uint64_t> memory(8);
  KeySet set(memory);
  for (int i = 0; i < 3; ++i) set.add(7);
  EXPECT_EQ(set.size(), 1U);
  set.add(0);
  set.add(1);  // filed as one with 0: more is found than was added, never less
  EXPECT_EQ(set.size(), 2U);
  EXPECT_TRUE(set.has(1));
}

TEST(KeySet, IsFullAtHalf) {
  std::vector<std::uint64_t> memory(8);
  KeySet set(memory);
  for (std::uint64_t i = 1; i <= 4; ++i) {
    EXPECT_FALSE(set.is_full());
    set.add(i << 32);
  }
  EXPECT_TRUE(set.is_full());
  EXPECT_TRUE(KeySet().is_full());
}

TEST(KeySet, GrowsWithItsHashes) {
  std::vector<std::uint64_t> small(4);
  KeySet set(small);
  set.add(3);
  set.add(11);
  std::vector<std::uint64_t> large(64);
  const KeySet grown(large, set);
  EXPECT_EQ(grown.size(), 2U);
  EXPECT_TRUE(grown.has(3));
  EXPECT_TRUE(grown.has(11));
  EXPECT_FALSE(grown.has(19));
}

}  // namespace
}  // namespace varve::vectorized
