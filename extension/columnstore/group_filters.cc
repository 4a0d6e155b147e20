#include "extension/columnstore/group_filters.h"

#include <algorithm>

#include "kernel/codec/bloom.h"

#include "extension/columnstore/column_hash.h"

#include "extension/pg/boundary.h"
#include "extension/pg/memory.h"

namespace varve::columnstore {
namespace {

constexpr std::size_t kValuesPerDistinct = 64;

static_assert(codec::kBloomPageBytes == kPieceBytes, "one page of a filter is one piece of a blob");
static_assert(FilterColumns::kMost == codec::kMostFilterColumns);

using Hashes = std::pmr::vector<std::uint64_t>;

const ColumnBuffer* buffer_of(std::span<const ColumnBuffer> buffers, AttrNumber attribute) {
  for (const ColumnBuffer& buffer : buffers) {
    if (buffer.column.attribute == attribute) return &buffer;
  }
  return nullptr;
}

bool has_value(const ColumnBuffer& buffer, std::uint32_t row) {
  return (buffer.validity[row / 64] >> row % 64 & 1) != 0;
}

/// The hashes of the rows that have a value in each of the columns; false where they have none.
bool hash_rows(std::span<const ColumnBuffer> buffers, const FilterColumns& columns, Hashes& hashes,
               MemoryContext room) {
  pg::ContextResource memory(room);
  Hashes values(&memory);
  std::pmr::vector<bool> is_left(&memory);
  for (int i = 0; i < columns.count; ++i) {
    const ColumnBuffer* buffer = buffer_of(buffers, columns.attributes[i]);
    if (buffer == nullptr) return false;
    values.resize(buffer->values);
    const bool are_hashed = pg::call([&] {
      const MemoryContext outer = MemoryContextSwitchTo(room);
      const bool result = hash_values(*buffer, values.data());
      MemoryContextSwitchTo(outer);
      return result;
    });
    if (!are_hashed) return false;
    if (i == 0) is_left.assign(buffer->rows, true);
    if (i == 0) hashes.assign(buffer->rows, 0);
    std::size_t next = 0;
    for (std::uint32_t row = 0; row < buffer->rows; ++row) {
      if (!has_value(*buffer, row)) {
        is_left[row] = false;
        continue;
      }
      const std::uint64_t hash = values[next++];
      hashes[row] = i == 0 ? hash : codec::combined_hash(hashes[row], hash);
    }
  }
  std::size_t count = 0;
  for (std::size_t row = 0; row < hashes.size(); ++row) {
    if (is_left[row]) hashes[count++] = hashes[row];
  }
  hashes.resize(count);
  return true;
}

void add_filter(const Store& store, codec::FilterDescriptor filter, const Bytes& bytes,
                codec::RowGroupWriter& group) {
  if (!codec::RowGroupWriter::is_kept_inline(bytes)) {
    filter.value_id = pg::call([&] { return put_blob(store, bytes.data(), bytes.size()); });
  }
  group.add_filter(filter, bytes);
}

void write_filter(const Store& store, std::span<const ColumnBuffer> buffers,
                  const FilterColumns& columns, codec::RowGroupWriter& group, MemoryContext room) {
  pg::ContextResource memory(room);
  Hashes hashes(&memory);
  if (!hash_rows(buffers, columns, hashes, room)) return;
  const std::size_t values = hashes.size();
  hashes.resize(codec::keep_distinct(hashes, &memory));
  if (columns.is_automatic && hashes.size() * kValuesPerDistinct <= values) return;
  Bytes bytes(&memory);
  codec::encode_bloom(hashes, bytes);
  codec::FilterDescriptor filter{};
  filter.kind = static_cast<std::uint16_t>(codec::FilterKind::kBloom);
  filter.blocks = codec::bloom_blocks(hashes.size());
  filter.distinct = static_cast<std::uint32_t>(hashes.size());
  filter.columns = static_cast<std::uint8_t>(columns.count);
  std::copy_n(columns.attributes, columns.count, filter.attributes);
  add_filter(store, filter, bytes, group);
}

}  // namespace

void write_filters(const Store& store, std::span<const ColumnBuffer> buffers,
                   std::span<const FilterColumns> filters, codec::RowGroupWriter& group,
                   MemoryContext room) {
  for (const FilterColumns& columns : filters) write_filter(store, buffers, columns, group, room);
}

void carry_filter(const Store& from, const codec::RowGroup& group,
                  const codec::FilterDescriptor& filter, const Store& to,
                  codec::RowGroupWriter& writer) {
  if ((filter.flags & codec::kFilterInline) != 0) {
    return writer.add_stored_filter(filter, group.inline_filter(filter));
  }
  codec::FilterDescriptor copy = filter;
  copy.value_id = pg::call([&] { return copy_blob(from, filter.value_id, to, filter.size); });
  codec::require(copy.value_id != InvalidOid, "pieces of a blob");
  writer.add_stored_filter(copy, {});
}

}  // namespace varve::columnstore
