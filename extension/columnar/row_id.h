#pragma once

#include <cstdint>
#include <optional>

// Where a columnar row stands, and the tuple identifier that says so. PostgreSQL knows rows by
// (block, offset); those of row groups get blocks that no heap of ours reaches, so that whatever
// keeps a TID (indexes, triggers, locks, cursors) can keep one of a columnar row.
namespace varve::columnar {

/// The row-th row of a row group of a chunk.
struct RowId {
  std::uint16_t group;  // at most kLastGroup
  std::uint16_t row;

  friend constexpr bool operator==(RowId, RowId) = default;
};

/// Groups have 15 bits, so that group and row together are a positive 32-bit integer.
inline constexpr std::uint16_t kLastGroup = 0x7FFF;

/// The first block of columnar rows; the heap part ends before it, at 16 TB.
inline constexpr std::uint32_t kFirstBlock = 0x80000000;
/// A block's rows: fewer than a heap page could hold, which is what TID bitmaps and GIN rely on.
inline constexpr std::uint32_t kRowsOfBlock = 256;

constexpr bool is_columnar(std::uint32_t block) { return block >= kFirstBlock; }

constexpr std::uint32_t block_of(RowId id) {
  return kFirstBlock | std::uint32_t{id.group} << 8 | id.row / kRowsOfBlock;
}

/// Offsets count from 1.
constexpr std::uint16_t offset_of(RowId id) {
  return static_cast<std::uint16_t>(id.row % kRowsOfBlock + 1);
}

/// The row of a TID, if a columnar row can have that TID.
constexpr std::optional<RowId> row_of(std::uint32_t block, std::uint16_t offset) {
  if (!is_columnar(block) || offset == 0 || offset > kRowsOfBlock) return std::nullopt;
  const std::uint32_t group = (block & ~kFirstBlock) >> 8;
  if (group > kLastGroup) return std::nullopt;
  const std::uint32_t row = (block & 0xFF) * kRowsOfBlock + offset - 1;
  return RowId{static_cast<std::uint16_t>(group), static_cast<std::uint16_t>(row)};
}

/// The number under which the store keeps what it says about one row.
constexpr std::int32_t sequence_of(RowId id) {
  return static_cast<std::int32_t>(std::uint32_t{id.group} << 16 | id.row);
}

constexpr RowId row_of_sequence(std::int32_t sequence) {
  const auto bits = static_cast<std::uint32_t>(sequence);
  return {static_cast<std::uint16_t>(bits >> 16), static_cast<std::uint16_t>(bits & 0xFFFF)};
}

}  // namespace varve::columnar
