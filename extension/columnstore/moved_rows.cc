#include "extension/columnstore/moved_rows.h"

#include <bit>

extern "C" {
#include <access/htup_details.h>
}

namespace varve::columnstore {

MovedRows MovedRows::open(BlockNumber blocks) {
  static_assert(MaxHeapTuplesPerPage < kWords * 64);
  MovedRows moved;
  moved.blocks_ = static_cast<Block*>(
      MemoryContextAllocExtended(CurrentMemoryContext, (std::size_t{blocks} + 1) * sizeof(Block),
                                 MCXT_ALLOC_HUGE | MCXT_ALLOC_ZERO));
  moved.count_ = blocks;
  return moved;
}

void MovedRows::begin(BlockNumber block, XLogRecPtr lsn) { blocks_[block].lsn = lsn; }

void MovedRows::add(BlockNumber block, OffsetNumber row) {
  blocks_[block].rows[row / 64] |= std::uint64_t{1} << row % 64;
}

bool MovedRows::is_done(BlockNumber block, XLogRecPtr lsn) const {
  return block < count_ && lsn != 0 && blocks_[block].lsn == lsn && !blocks_[block].has_others;
}

bool MovedRows::has(BlockNumber block, OffsetNumber row) const {
  return block < count_ && (blocks_[block].rows[row / 64] >> row % 64 & 1) != 0;
}

std::uint32_t MovedRows::count(BlockNumber block) const {
  if (block >= count_) return 0;
  std::uint32_t rows = 0;
  for (const std::uint64_t word : blocks_[block].rows) {
    rows += static_cast<std::uint32_t>(std::popcount(word));
  }
  return rows;
}

}  // namespace varve::columnstore
