#include "kernel/vector/expand.h"

#include <gtest/gtest.h>
#include <random>
#include <vector>

#include "kernel/codec/level.h"

namespace varve::vector {
namespace {

TEST(Expand, PutsEveryValueAtItsRowAtEveryLevel) {
  const codec::Kernels& best = codec::kernels();
  std::mt19937_64 random(1);
  for (const std::size_t rows : {0, 1, 7, 8, 63, 64, 65, 1000, 1023, 1024}) {
    for (const std::uint64_t one_in : {1, 2, 30, 5000}) {
      std::vector<std::uint64_t> validity((rows + 63) / 64);
      std::vector<std::int64_t> values, expected(rows);
      for (std::size_t row = 0; row < rows; ++row) {
        if (random() % one_in != 0) continue;
        validity[row / 64] |= std::uint64_t{1} << row % 64;
        EXPECT_EQ(rank(validity, row), values.size());
        expected[row] = values.emplace_back(std::int64_t(random()));
      }
      values.shrink_to_fit();  // so that ASan sees a read beyond the last value
      for (const codec::Kernels* level : codec::levels()) {
        codec::choose_level(*level);
        std::vector<std::int64_t> out(rows, -1);
        expand(std::span<const std::int64_t>(values), validity, out);
        EXPECT_EQ(out, expected) << level->name << " rows " << rows;
      }
      codec::choose_level(best);
    }
  }
}

TEST(Expand, MovesDoublesAsTheyAre) {
  const std::vector<double> values = {-0.0, 1.5};
  const std::vector<std::uint64_t> validity = {0b1010};
  std::vector<double> out(4, 7);
  expand(std::span<const double>(values), validity, out);
  EXPECT_EQ(out, (std::vector<double>{0, -0.0, 0, 1.5}));
  EXPECT_TRUE(std::signbit(out[1]));
}

}  // namespace
}  // namespace varve::vector
