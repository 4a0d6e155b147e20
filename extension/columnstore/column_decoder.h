#pragma once

#include <optional>
#include <variant>

#include "kernel/codec/row_group.h"
#include "kernel/codec/segment_reading.h"

#include "extension/columnstore/column.h"

#include "extension/pg/memory.h"

namespace varve::columnstore {

/// One column of one row group, open for reading: C++, all of it in a memory context that the owner
/// resets when it moves on to another group. Throws varve::Error for damage of any kind.
class ColumnDecoder {
 public:
  /// `stored` is the segment as it lies in the store, and lives as long as this; `is_checked` where
  /// its checksum has been found right before.
  ColumnDecoder(const Column& column, const codec::ColumnDescriptor& descriptor, ByteView stored,
                bool is_checked, std::uint32_t rows, MemoryContext context);

  /// Writes the rows of vector m, by position; how many there are. What values refer to lives until
  /// the next call.
  std::uint32_t decode(std::uint32_t m, Datum* values, bool* nulls);

  /// The most rows of one vector that are picked before it is decoded.
  static constexpr std::uint32_t kMostPicked = 4;
  /// The row at position `row` of vector m, decoded alone, where the segment and the type allow it;
  /// false, and nothing is written, where they do not. `place` < kMostPicked: what a value refers
  /// to lives until another one is picked there.
  bool pick(std::uint32_t m, std::uint32_t row, std::uint32_t place, Datum& value, bool& is_null);

  /// A range of order keys that holds all values of vector m; none where they are all null. The
  /// full range where the segment has no zones.
  [[nodiscard]] std::optional<codec::KeyRange> zone(std::uint32_t m) const;

 private:
  using Segment = std::variant<std::monostate, codec::IntegerSegment, codec::BooleanSegment,
                               codec::DoubleSegment, codec::FieldsSegment, codec::StringSegment>;

  void open(ByteView blob);
  [[nodiscard]] const codec::Validity& validity() const;

  // Dense Datums of one vector, by the type of segment and the form of the column.
  void decode_integers(std::uint32_t m, Datum* out, std::size_t count);
  void decode_booleans(std::uint32_t m, Datum* out, std::size_t count);
  void decode_doubles(std::uint32_t m, Datum* out, std::size_t count);
  void decode_fields(std::uint32_t m, Datum* out, std::size_t count);
  void decode_strings(std::uint32_t m, Datum* out, std::size_t count);
  // Value i of vector m, alone; what does not fit into a Datum is written to `room`.
  [[nodiscard]] bool can_pick() const;
  Datum pick_value(std::uint32_t m, std::size_t i, char* room);

  std::int64_t* number_room();
  char* image_room();
  Datum put_fields(const std::int64_t* fields, char* at) const;
  static Datum put_numeric(std::int64_t integer, std::int64_t scale, char* at);
  Datum put_string(std::string_view string, std::size_t i);

  Column column_;
  pg::ContextResource memory_;
  Bytes room_;  // an archived segment, decompressed
  Segment segment_;
  std::optional<codec::StringReader> strings_;
  // Both empty until a vector of a type that needs them is decoded.
  std::pmr::vector<std::int64_t> numbers_;  // of one vector, of each field
  std::pmr::vector<std::uint64_t> images_;  // what Datums point to; aligned

  static constexpr std::size_t kPickedBytes = 32;
  alignas(MAXIMUM_ALIGNOF) char picked_[kMostPicked][kPickedBytes];
};

}  // namespace varve::columnstore
