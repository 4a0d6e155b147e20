#pragma once

#include <algorithm>
#include <cstdint>

// The made-up blocks in which ANALYZE sees the rows of row groups.
namespace varve::columnar {

/// ANALYZE samples blocks and assumes that all have about as many rows. It may ask the storage
/// manager to prefetch any of them, which fails beyond the file of 1 GB in which the relation ends;
/// so the blocks must fit in what is left of it, and get larger where there are too many.
struct AnalyzedBlocks {
  std::uint32_t count;
  std::uint64_t rows_of_block;

  static constexpr std::uint64_t kFewestRows = 64;
  static constexpr std::uint32_t kBlocksOfFile = 131072;

  /// For `rows` rows behind `heap_blocks` blocks of the heap part. None fit behind a heap part that
  /// fills its last file.
  static constexpr AnalyzedBlocks of(std::uint64_t rows, std::uint32_t heap_blocks) {
    const std::uint32_t used = heap_blocks % kBlocksOfFile;
    const std::uint32_t room = heap_blocks > 0 && used == 0 ? 0 : kBlocksOfFile - used;
    if (rows == 0 || room == 0) return {0, kFewestRows};
    const std::uint64_t rows_of_block = std::max(kFewestRows, (rows + room - 1) / room);
    return {static_cast<std::uint32_t>((rows + rows_of_block - 1) / rows_of_block), rows_of_block};
  }
};

}  // namespace varve::columnar
