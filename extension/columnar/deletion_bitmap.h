#pragma once

#include <cstddef>
#include <cstdint>

#include "kernel/base/bytes.h"

#include "extension/columnar/row_id.h"

namespace varve::columnar {

inline constexpr std::uint32_t kBitmapRows = 1024;  // a vector's: columnstore::kVectorLength
inline constexpr std::uint32_t kVectorsOfGroup = 65536 / kBitmapRows;  // at most
inline constexpr std::uint16_t kBitmapVersion = 1;

/// A tombstone of many rows of one vector: those that one command has deleted together. As of
/// tombstones of single rows, to whom the tuple is visible, they are deleted; it is never changed.
/// A vector can have many. docs/format/columnstore_relation.md.
struct DeletionBitmap {
  std::uint16_t version;
  std::uint16_t rows;    // how many bits are set: at least 1
  std::uint32_t crc32c;  // of all of it, with zeros here
  std::uint64_t bits[kBitmapRows / 64];

  [[nodiscard]] bool has(std::uint32_t row) const { return (bits[row / 64] >> row % 64 & 1) != 0; }
};
static_assert(sizeof(DeletionBitmap) == 136 && offsetof(DeletionBitmap, rows) == 2 &&
              offsetof(DeletionBitmap, crc32c) == 4 && offsetof(DeletionBitmap, bits) == 8);

/// Of the rows at these positions of the vector, of which there is at least one.
DeletionBitmap make_bitmap(std::span<const std::uint16_t> positions);

/// The bitmap that a tuple's bytes are. Throws kCorruptData, or kUnsupported for a version from the
/// future.
DeletionBitmap checked_bitmap(ByteView tuple);

/// Bitmaps of a vector are numbered: group, vector and number are their key, in the bits of a
/// RowId.
inline constexpr std::uint32_t kBitmapsOfVector = 1024;

constexpr RowId bitmap_id(std::uint16_t group, std::uint32_t vector, std::uint32_t number) {
  return {group, static_cast<std::uint16_t>(vector * kBitmapsOfVector + number)};
}
constexpr std::uint32_t vector_of_bitmap(RowId id) { return id.row / kBitmapsOfVector; }
constexpr std::uint32_t number_of_bitmap(RowId id) { return id.row % kBitmapsOfVector; }

}  // namespace varve::columnar
