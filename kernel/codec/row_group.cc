#include "kernel/codec/row_group.h"

#include "kernel/base/crc32c.h"
#include "kernel/codec/bloom.h"
#include "kernel/codec/zstandard.h"

namespace varve::codec {
namespace {

constexpr std::uint16_t kKnownFlags = kHasRange | kInexactRange | kInline | kArchived;
constexpr int kArchiveLevel = 9;
constexpr std::size_t kMostRaw = std::size_t{1} << 31;

std::uint32_t checksum(ByteView descriptor) {
  constexpr std::size_t kAt = offsetof(RowGroupHeader, crc32c);
  constexpr std::byte kZeros[sizeof(std::uint32_t)] = {};
  std::uint32_t crc = crc32c(descriptor.first(kAt));
  crc = crc32c(kZeros, crc);
  return crc32c(descriptor.subspan(kAt + sizeof kZeros), crc);
}

void unsupported(const std::string& what, unsigned number) {
  throw Error(ErrorKind::kUnsupported,
              "unknown " + what + " " + std::to_string(number) + " of a row group");
}

template <Wire T>
void set_range_bytes(ColumnDescriptor& column, const T& min, const T& max) {
  column.flags |= kHasRange;
  std::memset(column.min, 0, kRangeBytes);
  std::memset(column.max, 0, kRangeBytes);
  store(column.min, min);
  store(column.max, max);
}

}  // namespace

void set_range(ColumnDescriptor& column, std::int64_t min, std::int64_t max) {
  set_range_bytes(column, min, max);
}

void set_range(ColumnDescriptor& column, double min, double max) {
  set_range_bytes(column, min, max);
}

void set_range(ColumnDescriptor& column, std::string_view min, std::string_view max) {
  column.flags |= kHasRange;
  if (min.size() > kRangeBytes || max.size() > kRangeBytes) column.flags |= kInexactRange;
  const auto set = [](std::byte* to, std::string_view from) {
    std::memset(to, 0, kRangeBytes);
    if (!from.empty()) std::memcpy(to, from.data(), std::min(from.size(), kRangeBytes));
  };
  set(column.min, min);
  set(column.max, max);
}

RowGroup::RowGroup(ByteView descriptor) : bytes_(descriptor) {
  ByteView in = descriptor;
  header_ = take_value<RowGroupHeader>(in, "row group header");
  require(header_.magic == kRowGroupMagic, "magic of a row group");
  if (header_.version < 1 || header_.version > kRowGroupVersion) {
    unsupported("version", header_.version);
  }
  require(header_.size <= descriptor.size() && header_.size >= sizeof header_,
          "size of a row group's descriptor");
  bytes_ = descriptor.first(header_.size);
  require(checksum(bytes_) == header_.crc32c, "checksum of a row group's descriptor");
  if ((header_.flags & ~kHasFilters) != 0) unsupported("flags", header_.flags);
  const bool has_filters = (header_.flags & kHasFilters) != 0;
  require(header_.rows >= 1 && header_.rows <= kMaxRows, "number of rows");
  require(has_filters == (header_.filters > 0), "filters of a row group");
  require(tables_size() <= bytes_.size(), "columns of a row group");
  require(
      !has_filters || padded(tables_size()) + filters() * sizeof(FilterDescriptor) <= bytes_.size(),
      "filters of a row group");
  for (std::size_t i = 0; i < columns(); ++i) check_column(column(i));
  for (std::size_t i = 0; i < filters(); ++i) check_filter(filter(i));
}

void RowGroup::check_column(const ColumnDescriptor& column) const {
  if ((column.flags & ~kKnownFlags) != 0) unsupported("column flags", column.flags);
  require(column.nulls <= header_.rows, "number of nulls");
  require((column.flags & kArchived) != 0 || column.raw_size == column.size, "raw size");
  require((column.flags & kInline) == 0 || (column.inline_offset <= bytes_.size() &&
                                            column.size <= bytes_.size() - column.inline_offset),
          "inline segment");
}

void RowGroup::check_filter(const FilterDescriptor& filter) const {
  if (filter.kind != static_cast<std::uint16_t>(FilterKind::kBloom)) {
    unsupported("kind of filter", filter.kind);
  }
  if ((filter.flags & ~kFilterInline) != 0) unsupported("filter flags", filter.flags);
  require(filter.columns >= 1 && filter.columns <= kMostFilterColumns, "columns of a filter");
  require(filter.blocks >= 1 && filter.blocks <= kMostBloomBlocks &&
              filter.size == bloom_bytes(filter.blocks),
          "size of a filter");
  require(
      (filter.flags & kFilterInline) == 0 || (filter.inline_offset <= bytes_.size() &&
                                              filter.size <= bytes_.size() - filter.inline_offset),
      "inline filter");
}

std::size_t RowGroup::tables_size() const noexcept {
  return sizeof header_ + columns() * sizeof(ColumnDescriptor) + sort_keys() * sizeof(SortKey);
}

ColumnDescriptor RowGroup::column(std::size_t i) const noexcept {
  return load<ColumnDescriptor>(bytes_.data() + sizeof header_ + i * sizeof(ColumnDescriptor));
}

std::optional<ColumnDescriptor> RowGroup::find(std::int16_t attribute) const noexcept {
  const auto is_at = [&](std::size_t i) {
    const std::byte* at = bytes_.data() + sizeof header_ + i * sizeof(ColumnDescriptor);
    return load<std::int16_t>(at + offsetof(ColumnDescriptor, attribute)) == attribute;
  };
  // Where nothing has been dropped, columns lie at their numbers.
  const std::size_t guess = static_cast<std::uint16_t>(attribute - 1);
  if (guess < columns() && is_at(guess)) return column(guess);
  for (std::size_t i = 0; i < columns(); ++i) {
    if (is_at(i)) return column(i);
  }
  return std::nullopt;
}

SortKey RowGroup::sort_key(std::size_t i) const noexcept {
  return load<SortKey>(bytes_.data() + sizeof header_ + columns() * sizeof(ColumnDescriptor) +
                       i * sizeof(SortKey));
}

FilterDescriptor RowGroup::filter(std::size_t i) const noexcept {
  return load<FilterDescriptor>(bytes_.data() + padded(tables_size()) +
                                i * sizeof(FilterDescriptor));
}

ByteView checked_segment(const ColumnDescriptor& column, ByteView stored, Bytes& room) {
  require(stored.size() == column.size, "size of a stored segment");
  require(crc32c(stored) == column.crc32c, "checksum of a segment");
  if ((column.flags & kArchived) == 0) return stored;
  require(column.raw_size < kMostRaw, "raw size");
  check_compressed_size(stored, column.raw_size);
  room.resize(column.raw_size);
  decompress(stored, room);
  return room;
}

bool archive(Bytes& segment) {
  Bytes frame(segment.get_allocator());
  const std::size_t size = compress(segment, kArchiveLevel, frame);
  if (size * 100 > segment.size() * 85) return false;
  segment.swap(frame);
  return true;
}

RowGroupWriter::RowGroupWriter(std::uint32_t rows, std::uint64_t schema_fingerprint,
                               std::pmr::memory_resource* memory)
    : rows_(rows),
      fingerprint_(schema_fingerprint),
      columns_(memory),
      keys_(memory),
      filters_(memory),
      inline_(memory) {}

std::size_t RowGroupWriter::add(ColumnDescriptor column, ByteView segment,
                                std::optional<std::uint32_t> raw_size) {
  column.size = static_cast<std::uint32_t>(segment.size());
  column.raw_size = raw_size.value_or(column.size);
  column.crc32c = crc32c(segment);
  if (raw_size) column.flags |= kArchived;
  if (segment.size() <= kMostInline) column.flags |= kInline;
  return add_stored(column, segment);
}

std::size_t RowGroupWriter::add_stored(ColumnDescriptor column, ByteView inline_segment) {
  if ((column.flags & kInline) != 0) {
    column.inline_offset = static_cast<std::uint32_t>(inline_.size());
    append(inline_, inline_segment);
    pad(inline_);
  }
  columns_.push_back(column);
  return columns_.size() - 1;
}

void RowGroupWriter::add_filter(FilterDescriptor filter, ByteView bytes) {
  filter.size = static_cast<std::uint32_t>(bytes.size());
  filter.flags = is_kept_inline(bytes) ? kFilterInline : 0;
  add_stored_filter(filter, bytes);
}

void RowGroupWriter::add_stored_filter(FilterDescriptor filter, ByteView inline_bytes) {
  if ((filter.flags & kFilterInline) != 0) {
    filter.inline_offset = static_cast<std::uint32_t>(inline_.size());
    append(inline_, inline_bytes);
    pad(inline_);
  }
  filters_.push_back(filter);
}

void RowGroupWriter::finish(Bytes& out) {
  pad(out);
  const std::size_t start = out.size();
  const std::size_t tables =
      padded(sizeof(RowGroupHeader) + columns_.size() * sizeof(ColumnDescriptor) +
             keys_.size() * sizeof(SortKey)) +
      filters_.size() * sizeof(FilterDescriptor);
  const auto moved = static_cast<std::uint32_t>(tables);
  RowGroupHeader header{};
  header.magic = kRowGroupMagic;
  header.version = kRowGroupVersion;
  header.columns = static_cast<std::uint16_t>(columns_.size());
  header.rows = rows_;
  header.flags = filters_.empty() ? 0 : kHasFilters;
  header.schema_fingerprint = fingerprint_;
  header.sort_keys = static_cast<std::uint16_t>(keys_.size());
  header.filters = static_cast<std::uint16_t>(filters_.size());
  header.size = static_cast<std::uint32_t>(tables + inline_.size());
  append_value(out, header);
  for (ColumnDescriptor column : columns_) {
    if ((column.flags & kInline) != 0) column.inline_offset += moved;
    append_value(out, column);
  }
  for (const SortKey key : keys_) append_value(out, key);
  pad(out);
  for (FilterDescriptor filter : filters_) {
    if ((filter.flags & kFilterInline) != 0) filter.inline_offset += moved;
    append_value(out, filter);
  }
  append(out, inline_);
  header.crc32c = checksum(ByteView(out).subspan(start));
  store(out.data() + start, header);
}

}  // namespace varve::codec
