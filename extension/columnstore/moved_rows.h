#pragma once

#include <cstdint>

#include "extension/pg/postgres.h"
extern "C" {
#include <access/xlogdefs.h>
#include <storage/block.h>
#include <storage/off.h>
}

namespace varve::columnstore {

/// Which rows of a heap have become columns in a first look at it, while others went on writing; so
/// that a second look, when they cannot any more, sees what has become of them. C API: memory is
/// that of the context current at open().
class MovedRows {
 public:
  /// For a heap of so many blocks: later ones have nothing that was there at the first look.
  static MovedRows open(BlockNumber blocks);
  /// What it takes, for each block.
  static constexpr std::size_t kBytesPerBlock = 56;

  /// Before the rows of a block are looked at: its LSN, 0 where it has none that tells changes.
  void begin(BlockNumber block, XLogRecPtr lsn);
  void add(BlockNumber block, OffsetNumber row);
  /// A row, or what is left of one, that has not been moved.
  void add_other(BlockNumber block) { blocks_[block].has_others = true; }

  /// Whether the block is as it was, and all its rows are moved: there is nothing to look at.
  [[nodiscard]] bool is_done(BlockNumber block, XLogRecPtr lsn) const;
  [[nodiscard]] bool has(BlockNumber block, OffsetNumber row) const;
  [[nodiscard]] std::uint32_t count(BlockNumber block) const;

 private:
  static constexpr std::size_t kWords = 5;  // 291 rows is all that a page can have
  struct Block {
    XLogRecPtr lsn;
    std::uint64_t rows[kWords];
    bool has_others;
  };
  static_assert(sizeof(Block) == kBytesPerBlock);

  Block* blocks_ = nullptr;
  BlockNumber count_ = 0;
};

}  // namespace varve::columnstore
