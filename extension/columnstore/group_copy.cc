#include "extension/columnstore/group_copy.h"

#include <algorithm>
#include <string>

#include "extension/columnar/row_id.h"
#include "extension/columnstore/column_encoder.h"
#include "extension/columnstore/group_filters.h"
#include "extension/columnstore/group_store.h"

#include "extension/pg/attribute_map.h"
#include "extension/pg/boundary.h"
#include "extension/pg/memory.h"
extern "C" {
#include <access/htup_details.h>
#include <access/table.h>
#include <miscadmin.h>
#include <utils/memutils.h>
}

namespace varve::columnstore {
namespace {

constexpr std::size_t kMostNumbers = columnar::kLastGroup + 1;

struct Copy {
  Relation source;
  TupleDesc columns;     // of the target
  const AttrMap* names;  // which column of the source each of them is
  Store from;
  Store to;
  MemoryContext context;  // of one group
};

AttrNumber target_column(const Copy& copy, AttrNumber source) {
  for (int i = 0; i < copy.names->maplen; ++i) {
    if (copy.names->attnums[i] == source) return static_cast<AttrNumber>(i + 1);
  }
  return InvalidAttrNumber;
}

void carry_column(const Copy& copy, const codec::RowGroup& group, codec::ColumnDescriptor column,
                  AttrNumber attribute, codec::RowGroupWriter& writer) {
  column.attribute = attribute;
  if ((column.flags & codec::kInline) != 0) {
    writer.add_stored(column, group.inline_segment(column));
    return;
  }
  const Oid id =
      pg::call([&] { return copy_blob(copy.from, column.value_id, copy.to, column.size); });
  codec::require(id != InvalidOid, "pieces of a blob");
  column.value_id = id;
  writer.add_stored(column, {});
}

/// A column of the target of which all rows have the same value; no buffer where it is null.
struct MissingColumn {
  bool has_value;
  ColumnBuffer buffer;
};

MissingColumn missing_column(const Copy& copy, AttrNumber source, AttrNumber attribute,
                             std::size_t rows) {
  bool is_null;
  const Datum value = getmissingattr(RelationGetDescr(copy.source), source, &is_null);
  if (is_null) return {false, {}};
  const MemoryContext outer = MemoryContextSwitchTo(copy.context);
  StringRoom room = {copy.context, nullptr, 0};
  ColumnBuffer buffer = make_buffer(column_of(*TupleDescAttr(copy.columns, attribute - 1)));
  for (std::size_t i = 0; i < rows; ++i) append(buffer, value, false, room);
  MemoryContextSwitchTo(outer);
  return {true, buffer};
}

/// Writes what rows older than the column have in it.
void write_missing(const Copy& copy, AttrNumber source, AttrNumber attribute, std::size_t rows,
                   codec::RowGroupWriter& writer, std::pmr::memory_resource* memory) {
  const MissingColumn missing =
      pg::call([&] { return missing_column(copy, source, attribute, rows); });
  if (!missing.has_value) return;
  Bytes segment(memory);
  const codec::ColumnDescriptor column = encode_column(missing.buffer, segment);
  const std::size_t number = writer.add(column, segment);
  codec::ColumnDescriptor& written = writer.column(number);
  if ((written.flags & codec::kInline) == 0) put_segment(copy.to, segment, written);
}

/// The keys whose columns are still there: rows are sorted by them up to the first that is not.
void carry_sort_keys(const Copy& copy, const codec::RowGroup& group,
                     codec::RowGroupWriter& writer) {
  for (std::size_t i = 0; i < group.sort_keys(); ++i) {
    codec::SortKey key = group.sort_key(i);
    key.attribute = target_column(copy, key.attribute);
    if (key.attribute == InvalidAttrNumber) return;
    writer.add_sort_key(key);
  }
}

/// The filters whose columns are all still there.
void carry_filters(const Copy& copy, const codec::RowGroup& group, codec::RowGroupWriter& writer) {
  for (std::size_t i = 0; i < group.filters(); ++i) {
    codec::FilterDescriptor filter = group.filter(i);
    bool is_whole = true;
    for (std::size_t k = 0; k < filter.columns; ++k) {
      filter.attributes[k] = target_column(copy, filter.attributes[k]);
      is_whole &= filter.attributes[k] != InvalidAttrNumber;
    }
    if (is_whole) carry_filter(copy.from, group, filter, copy.to, writer);
  }
}

void copy_group(const Copy& copy, ByteView head, std::uint32_t number) {
  pg::ContextResource memory(copy.context);
  Bytes room(&memory);
  const codec::RowGroup group(descriptor_of(copy.from, head, room));
  const auto rows = static_cast<std::uint32_t>(group.rows());
  codec::RowGroupWriter writer(rows, group.header().schema_fingerprint, &memory);
  for (int i = 0; i < copy.columns->natts; ++i) {
    const AttrNumber source = copy.names->attnums[i];
    const auto attribute = static_cast<AttrNumber>(i + 1);
    if (source == InvalidAttrNumber) continue;  // dropped
    if (const auto column = group.find(source)) {
      carry_column(copy, group, *column, attribute, writer);
    } else {
      write_missing(copy, source, attribute, rows, writer, &memory);
    }
  }
  carry_sort_keys(copy, group, writer);
  carry_filters(copy, group, writer);
  Bytes descriptor(&memory);
  writer.finish(descriptor);
  put_group(copy.to, number, rows, descriptor);
}

/// The same; an error of stored bytes says where they are.
void copy_group_of(const Copy& copy, const StoreScan& scan, std::uint32_t number) {
  pg::entry([&] {
    try {
      copy_group(copy, std::as_bytes(std::span(scan.data, scan.size)), number);
    } catch (const Error& error) {
      const bool is_future = error.kind() == ErrorKind::kUnsupported;
      throw pg::SqlError(is_future ? ERRCODE_FEATURE_NOT_SUPPORTED : ERRCODE_DATA_CORRUPTED,
                         error.what(),
                         "Chunk \"" + std::string(RelationGetRelationName(copy.source)) +
                             "\", row group " + std::to_string(scan.sequence) + ".");
    }
  });
}

}  // namespace

GroupNumbers GroupNumbers::none() {
  GroupNumbers numbers = {static_cast<std::int32_t*>(palloc(kMostNumbers * sizeof(std::int32_t)))};
  std::fill_n(numbers.of, kMostNumbers, kNone);
  return numbers;
}

GroupNumbers GroupNumbers::same() {
  GroupNumbers numbers = none();
  for (std::size_t i = 0; i < kMostNumbers; ++i) numbers.of[i] = static_cast<std::int32_t>(i);
  return numbers;
}

void copy_groups(Relation source, Relation target, const GroupNumbers& numbers) {
  const TupleDesc columns = RelationGetDescr(target);
  const Copy copy = {
      source,
      columns,
      pg::attribute_map(RelationGetDescr(source), columns),
      open_store(source->rd_rel->reltoastrelid, AccessShareLock),
      open_store(target->rd_rel->reltoastrelid, RowExclusiveLock),
      AllocSetContextCreate(CurrentMemoryContext, "copied row group", ALLOCSET_DEFAULT_SIZES)};
  StoreScan scan(copy.from, kGroupKind);
  while (scan.next()) {
    CHECK_FOR_INTERRUPTS();
    const std::int32_t number = numbers.of[scan.sequence & columnar::kLastGroup];
    if (number != GroupNumbers::kNone) copy_group_of(copy, scan, number);
    MemoryContextReset(copy.context);
  }
  scan.end();
  MemoryContextDelete(copy.context);
  close_store(copy.to);
  close_store(copy.from);
}

}  // namespace varve::columnstore
