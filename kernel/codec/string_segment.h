#pragma once

#include <string_view>

#include "kernel/codec/dictionary.h"
#include "kernel/codec/segment.h"

namespace varve::codec {

/// Strings side by side, each after four bytes that hold (size + 4) << 2 and at a multiple of 8:
/// this is PostgreSQL's uncompressed varlena on a little-endian machine, so that a Datum may point
/// to the four bytes, while kernels see a string_view.
class StringArena {
 public:
  explicit StringArena(std::pmr::memory_resource* memory) : bytes_(memory), views_(memory) {}

  /// Replaces the contents by strings of the given lengths, cut from `bytes`, which they must
  /// exhaust; throws kCorruptData otherwise.
  void assign(std::span<const std::int64_t> lengths, ByteView bytes);

  [[nodiscard]] std::span<const std::string_view> strings() const noexcept { return views_; }

 private:
  std::pmr::vector<std::byte> bytes_;
  std::pmr::vector<std::string_view> views_;
};

/// Two of the values that it is of.
struct StringRange {
  std::string_view min;
  std::string_view max;
};

/// A column of strings of bytes: text, bytea, jsonb, and any type that is kept as its image. In a
/// dictionary where they repeat; otherwise in blocks of whole vectors, compressed together.
///
/// Cost  a code 0.1 ns to decode; a block at zstd's speed, 20 to 40 ns a value.
class StringSegment : public Segment {
 public:
  explicit StringSegment(ByteView blob,
                         std::pmr::memory_resource* memory = std::pmr::get_default_resource());

  /// Appends the segment of `values`, one for each row that is not null; together below 1 GB. Gives
  /// the least and the greatest of them by memcmp, where there are any.
  static std::optional<StringRange> encode(Rows rows, std::span<const std::string_view> values,
                                           Bytes& out, const SegmentOptions& options = {});

  /// The distinct values in the order of memcmp, where encoding() is kDictionary.
  [[nodiscard]] std::span<const std::string_view> dictionary() const noexcept {
    return dictionary_.strings();
  }
  /// Value i of vector m, where encoding() is kDictionary; lives as long as the segment. Throws
  /// kCorruptData.
  [[nodiscard]] std::string_view at(std::size_t m, std::size_t i) const {
    return dictionary()[code_at(integers_, m, i, dictionary().size())];
  }
  /// Writes the dictionary's codes of vector m's values. Throws kCorruptData.
  void decode_codes(std::size_t m, std::int64_t* out) const;

 private:
  friend class StringReader;

  struct Block {
    std::uint32_t vector;  // its first one
    std::uint32_t offset;  // from the end of the table
    std::uint32_t stored;
    std::uint32_t size;  // decompressed
  };
  static_assert(sizeof(Block) == 16);

  void open_dictionary(std::pmr::memory_resource* memory);
  void open_blocks();

  Integers integers_;  // codes, or lengths
  StringArena dictionary_;
  std::pmr::vector<Block> blocks_;
  ByteView block_bytes_;
};

/// Reads the vectors of a segment in any order; neighbours share a decompressed block.
class StringReader {
 public:
  explicit StringReader(const StringSegment& segment,
                        std::pmr::memory_resource* memory = std::pmr::get_default_resource())
      : segment_(segment), block_(memory), views_(memory) {}

  /// The values of vector m, without its nulls; valid until the next call. Throws kCorruptData.
  std::span<const std::string_view> decode(std::size_t m);

 private:
  void load_block(std::size_t block);

  const StringSegment& segment_;
  std::size_t loaded_ = SIZE_MAX;
  StringArena block_;
  std::pmr::vector<std::string_view> views_;
};

}  // namespace varve::codec
