#include "extension/columnar/analyzed_blocks.h"

#include <gtest/gtest.h>

namespace varve::columnar {
namespace {

TEST(AnalyzedBlocks, Table) {
  const struct {
    const char* why;
    std::uint64_t rows;
    std::uint32_t heap_blocks, count;
    std::uint64_t rows_of_block;
  } cases[] = {
      {"no rows", 0, 10, 0, 64},
      {"the last block is short", 65, 0, 2, 64},
      {"as many as fit in a file", std::uint64_t{64} * 131072, 0, 131072, 64},
      {"one more makes all larger", std::uint64_t{64} * 131072 + 1, 0, 129056, 65},
      {"one block is left of the file", 1000, 131071, 1, 1000},
      {"none is left", 1000, 131072, 0, 64},
      {"of the second file", 1000, 131073, 16, 64},
  };
  for (const auto& c : cases) {
    const auto blocks = AnalyzedBlocks::of(c.rows, c.heap_blocks);
    EXPECT_EQ(blocks.count, c.count) << c.why;
    EXPECT_EQ(blocks.rows_of_block, c.rows_of_block) << c.why;
  }
}

TEST(AnalyzedBlocks, HoldAllRowsWithinTheFile) {
  for (std::uint64_t rows = 1; rows < 4'000'000'000; rows = rows * 3 + 1) {
    for (std::uint32_t heap = 0; heap < 3 * AnalyzedBlocks::kBlocksOfFile; heap += 9973) {
      const auto blocks = AnalyzedBlocks::of(rows, heap);
      if (blocks.count == 0) continue;
      EXPECT_GE(blocks.count * blocks.rows_of_block, rows);
      EXPECT_LT((blocks.count - 1) * blocks.rows_of_block, rows);
      const std::uint32_t last_file = heap == 0 ? 0 : (heap - 1) / AnalyzedBlocks::kBlocksOfFile;
      EXPECT_EQ((heap + blocks.count - 1) / AnalyzedBlocks::kBlocksOfFile, last_file);
    }
  }
}

}  // namespace
}  // namespace varve::columnar
