#pragma once

#include <optional>
#include <string_view>

#include "kernel/codec/segment.h"

/// The descriptor of a row group: which columns it has, what is known about each without reading
/// it, and where its segment is. One small tuple answers whether a query needs the group at all.
///
///   header | a descriptor for each column | sort keys | filters | small segments and filters
///
/// Columns are identified by attribute number: a column added later is absent (its missing value
/// or null applies to all rows), one dropped since is never asked for.
namespace varve::codec {

inline constexpr std::uint32_t kRowGroupMagic = 0x31475256;  // "VRG1"
inline constexpr std::uint16_t kRowGroupVersion = 1;
inline constexpr std::size_t kMostInline = 256;  // bytes of a segment that is kept here
inline constexpr std::size_t kRangeBytes = 16;

struct RowGroupHeader {
  std::uint32_t magic;
  std::uint16_t version;
  std::uint16_t columns;
  std::uint32_t rows;                // 1 to 65,536
  std::uint32_t flags;               // kHasFilters
  std::uint64_t schema_fingerprint;  // the caller's
  std::uint32_t size;                // of the descriptor
  std::uint32_t crc32c;              // of the descriptor, with zeros here
  std::uint16_t sort_keys;
  std::uint16_t filters;  // 0 without kHasFilters
  std::uint16_t reserved[2];
  std::uint64_t reserved_8;
};
static_assert(sizeof(RowGroupHeader) == 48 && offsetof(RowGroupHeader, version) == 4 &&
              offsetof(RowGroupHeader, columns) == 6 && offsetof(RowGroupHeader, rows) == 8 &&
              offsetof(RowGroupHeader, flags) == 12 &&
              offsetof(RowGroupHeader, schema_fingerprint) == 16 &&
              offsetof(RowGroupHeader, size) == 24 && offsetof(RowGroupHeader, crc32c) == 28 &&
              offsetof(RowGroupHeader, sort_keys) == 32 && offsetof(RowGroupHeader, filters) == 34);

/// Bits of RowGroupHeader::flags. A reader that does not know filters refuses the group by this.
inline constexpr std::uint32_t kHasFilters = 0x01;

/// Bits of ColumnDescriptor::flags.
inline constexpr std::uint16_t kHasRange = 0x01;
inline constexpr std::uint16_t kInexactRange = 0x02;  // of strings: prefixes
inline constexpr std::uint16_t kInline = 0x04;
inline constexpr std::uint16_t kArchived = 0x08;  // the whole segment is one zstd frame

struct ColumnDescriptor {
  std::int16_t attribute;
  std::uint16_t flags;
  std::uint32_t type;  // oids and typmod as they were at the time of writing
  std::int32_t typmod;
  std::uint32_t collation;
  std::uint32_t size;      // of the segment as it is stored
  std::uint32_t raw_size;  // of the segment; = size unless archived
  std::uint32_t crc32c;    // of the segment as it is stored
  std::uint32_t nulls;
  std::uint32_t distinct;    // an estimate; 0: unknown
  std::uint32_t value_id;    // the caller's name for a segment that is not inline
  std::uint32_t block_hint;  // where its first piece was written
  std::uint16_t offset_hint;
  std::uint16_t pieces;
  std::uint32_t inline_offset;  // from the start of the descriptor
  std::uint32_t reserved;
  /// Integers and doubles: eight bytes, and zeros. Strings: the first 16 bytes, padded with zeros;
  /// where they are prefixes, every value has a prefix within [min, max].
  std::byte min[kRangeBytes];
  std::byte max[kRangeBytes];
};
static_assert(
    sizeof(ColumnDescriptor) == 88 && offsetof(ColumnDescriptor, flags) == 2 &&
    offsetof(ColumnDescriptor, type) == 4 && offsetof(ColumnDescriptor, typmod) == 8 &&
    offsetof(ColumnDescriptor, collation) == 12 && offsetof(ColumnDescriptor, size) == 16 &&
    offsetof(ColumnDescriptor, raw_size) == 20 && offsetof(ColumnDescriptor, crc32c) == 24 &&
    offsetof(ColumnDescriptor, nulls) == 28 && offsetof(ColumnDescriptor, distinct) == 32 &&
    offsetof(ColumnDescriptor, value_id) == 36 && offsetof(ColumnDescriptor, block_hint) == 40 &&
    offsetof(ColumnDescriptor, offset_hint) == 44 && offsetof(ColumnDescriptor, pieces) == 46 &&
    offsetof(ColumnDescriptor, inline_offset) == 48 && offsetof(ColumnDescriptor, min) == 56 &&
    offsetof(ColumnDescriptor, max) == 72);

struct SortKey {
  std::int16_t attribute;
  std::uint8_t flags;  // kDescending, kNullsFirst
  std::uint8_t reserved;
};
inline constexpr std::uint8_t kDescending = 0x01;
inline constexpr std::uint8_t kNullsFirst = 0x02;
static_assert(sizeof(SortKey) == 4);

inline constexpr std::size_t kMostFilterColumns = 8;

enum class FilterKind : std::uint16_t { kBloom = 1 };

/// Bits of FilterDescriptor::flags.
inline constexpr std::uint8_t kFilterInline = 0x01;

/// What answers whether rows with certain values of some columns may be in the group. Rows that
/// are null in one of the columns are not in a filter.
struct FilterDescriptor {
  std::uint32_t value_id;       // the caller's name for a filter that is not inline
  std::uint32_t inline_offset;  // from the start of the descriptor
  std::uint32_t size;
  std::uint32_t blocks;    // bloom.h
  std::uint32_t distinct;  // hashes in it
  std::uint16_t kind;
  std::uint8_t columns;  // 1 to kMostFilterColumns
  std::uint8_t flags;
  std::int16_t attributes[kMostFilterColumns];  // in the order that hashes are combined in; zeros
};
static_assert(sizeof(FilterDescriptor) == 40 && offsetof(FilterDescriptor, inline_offset) == 4 &&
              offsetof(FilterDescriptor, size) == 8 && offsetof(FilterDescriptor, blocks) == 12 &&
              offsetof(FilterDescriptor, distinct) == 16 &&
              offsetof(FilterDescriptor, kind) == 20 && offsetof(FilterDescriptor, columns) == 22 &&
              offsetof(FilterDescriptor, flags) == 23 &&
              offsetof(FilterDescriptor, attributes) == 24);

/// States the range of a column; no value is NaN (which has no place in eight bytes' order).
void set_range(ColumnDescriptor& column, std::int64_t min, std::int64_t max);
void set_range(ColumnDescriptor& column, double min, double max);
void set_range(ColumnDescriptor& column, std::string_view min, std::string_view max);

/// A descriptor that has been checked, checksum included, in somebody else's bytes.
class RowGroup {
 public:
  /// Throws kCorruptData, or kUnsupported for a version or flag from the future.
  explicit RowGroup(ByteView descriptor);

  [[nodiscard]] const RowGroupHeader& header() const noexcept { return header_; }
  [[nodiscard]] std::size_t rows() const noexcept { return header_.rows; }
  [[nodiscard]] std::size_t columns() const noexcept { return header_.columns; }
  [[nodiscard]] ColumnDescriptor column(std::size_t i) const noexcept;
  [[nodiscard]] std::optional<ColumnDescriptor> find(std::int16_t attribute) const noexcept;
  [[nodiscard]] std::size_t sort_keys() const noexcept { return header_.sort_keys; }
  [[nodiscard]] SortKey sort_key(std::size_t i) const noexcept;

  [[nodiscard]] std::size_t filters() const noexcept { return header_.filters; }
  [[nodiscard]] FilterDescriptor filter(std::size_t i) const noexcept;

  /// The stored bytes of a filter that is kFilterInline.
  [[nodiscard]] ByteView inline_filter(const FilterDescriptor& filter) const noexcept {
    return bytes_.subspan(filter.inline_offset, filter.size);
  }

  /// The stored bytes of a column whose descriptor is kInline.
  [[nodiscard]] ByteView inline_segment(const ColumnDescriptor& column) const noexcept {
    return bytes_.subspan(column.inline_offset, column.size);
  }

 private:
  void check_column(const ColumnDescriptor& column) const;
  void check_filter(const FilterDescriptor& filter) const;
  [[nodiscard]] std::size_t tables_size() const noexcept;  // columns and sort keys

  ByteView bytes_;
  RowGroupHeader header_;
};

/// The segment in `stored`, checked against its descriptor: `stored` itself, or, where it is
/// archived, what it decompresses to, in `room`. Throws kCorruptData.
ByteView checked_segment(const ColumnDescriptor& column, ByteView stored, Bytes& room);

/// Replaces `segment` by a zstd frame where that saves at least 15 %; gives whether it did. Reading
/// one vector then needs all of the segment: for what is seldom read.
bool archive(Bytes& segment);

/// Puts a descriptor together. Segments are kept inline where they are small; the caller stores the
/// others and says where.
class RowGroupWriter {
 public:
  RowGroupWriter(std::uint32_t rows, std::uint64_t schema_fingerprint,
                 std::pmr::memory_resource* memory = std::pmr::get_default_resource());

  /// Adds a column whose attribute, type, range and counts are in `column`; sets what follows from
  /// `segment`, whose raw size is `raw_size` where it is archived. Gives the column's number.
  std::size_t add(ColumnDescriptor column, ByteView segment,
                  std::optional<std::uint32_t> raw_size = std::nullopt);

  /// Adds a column of another descriptor as it is there: its segment is `inline_segment` where it
  /// is kInline, and stays where the caller has it otherwise. Gives the column's number.
  std::size_t add_stored(ColumnDescriptor column, ByteView inline_segment);

  /// The column as it will be written, for value_id, hints and pieces.
  ColumnDescriptor& column(std::size_t i) { return columns_[i]; }
  void add_sort_key(SortKey key) { keys_.push_back(key); }

  /// Whether bytes of a filter are kept in the descriptor; then add_filter() takes them, and
  /// otherwise the caller has stored them as `value_id`.
  static bool is_kept_inline(ByteView filter) { return filter.size() <= kMostInline; }
  /// Adds a filter of `bytes`, whose columns, kind and counts are in `filter`.
  void add_filter(FilterDescriptor filter, ByteView bytes);
  /// Adds a filter of another descriptor, with its inline bytes where it is kFilterInline.
  void add_stored_filter(FilterDescriptor filter, ByteView inline_bytes);

  /// Appends the descriptor.
  void finish(Bytes& out);

 private:
  std::uint32_t rows_;
  std::uint64_t fingerprint_;
  std::pmr::vector<ColumnDescriptor> columns_;
  std::pmr::vector<SortKey> keys_;
  std::pmr::vector<FilterDescriptor> filters_;
  Bytes inline_;
};

}  // namespace varve::codec
