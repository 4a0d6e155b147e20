#include "extension/columnstore/missing_values.h"

#include "kernel/codec/row_group.h"

#include "extension/columnstore/group_head.h"
#include "extension/columnstore/reader.h"
#include "extension/columnstore/store.h"
#include "extension/columnstore/writer.h"

#include "extension/pg/boundary.h"
extern "C" {
#include <access/xact.h>
#include <miscadmin.h>
}

namespace varve::columnstore {
namespace {

bool lacks_columns(Reader& reader, std::uint16_t group, TupleDesc columns) {
  for (int i = 0; i < columns->natts; ++i) {
    const FormData_pg_attribute& attribute = *TupleDescAttr(columns, i);
    if (attribute.atthasmissing && !attribute.attisdropped &&
        !reader.has_column(group, attribute.attnum)) {
      return true;
    }
  }
  return false;
}

/// The blobs of a group, from its head's bytes: a List of OIDs.
List* blobs_of(const Store& store, const char* bytes, std::size_t size) {
  const GroupHead head =
      pg::entry([&] { return checked_head(std::as_bytes(std::span(bytes, size))); });
  List* blobs = NIL;
  const char* descriptor = bytes + sizeof head;
  if (head.value_id != 0) {
    blobs = lappend_oid(blobs, head.value_id);
    auto* whole = static_cast<char*>(palloc(head.size));
    if (!read_blob(store, head.value_id, whole, head.size)) return blobs;
    descriptor = whole;
  } else {
    auto* aligned = static_cast<char*>(palloc(head.size));
    memcpy(aligned, descriptor, head.size);
    descriptor = aligned;
  }
  std::size_t count = 0;
  auto* ids = static_cast<Oid*>(palloc(sizeof(Oid) * (MaxHeapAttributeNumber + 1)));
  pg::entry([&] {
    const codec::RowGroup group(std::as_bytes(std::span(descriptor, head.size)));
    for (std::size_t i = 0; i < group.columns() && count < MaxHeapAttributeNumber; ++i) {
      const codec::ColumnDescriptor column = group.column(i);
      if ((column.flags & codec::kInline) == 0) ids[count++] = column.value_id;
    }
  });
  for (std::size_t i = 0; i < count; ++i) blobs = lappend_oid(blobs, ids[i]);
  return blobs;
}

void erase_group(const Store& store, std::uint16_t number) {
  List* blobs = NIL;
  StoreScan scan(store, kGroupKind);
  while (scan.next()) {
    if (scan.sequence == number) blobs = blobs_of(store, scan.data, scan.size);
  }
  scan.end();
  ListCell* cell;
  foreach (cell, blobs) erase_blob(store, lfirst_oid(cell));
  erase(store, kGroupKind, number);
  CommandCounterIncrement();
}

void write_again(Relation chunk, Reader& reader, const GroupInfo& group, Oid toast) {
  const auto sort = reader.sort_columns(group.number);
  Writer* writer = Writer::open(chunk, toast, group.number, sort.data(), sort.size());
  writer->allow_any_size();
  TupleTableSlot* slot = MakeSingleTupleTableSlot(RelationGetDescr(chunk), &TTSOpsVirtual);
  for (std::uint32_t row = 0; row < group.rows; ++row) {
    CHECK_FOR_INTERRUPTS();
    ExecClearTuple(slot);
    reader.row(group.number, row, nullptr, slot->tts_values, slot->tts_isnull);
    writer->add(ExecStoreVirtualTuple(slot));
  }
  writer->finish();
  ExecDropSingleTupleTableSlot(slot);
}

}  // namespace

void keep_missing_values(Relation chunk, Oid toast) {
  Reader* reader = Reader::open(chunk);
  const Store store = open_store(toast, RowExclusiveLock);
  CommandCounterIncrement();
  for (const GroupInfo& group : reader->groups()) {
    if (!lacks_columns(*reader, group.number, RelationGetDescr(chunk))) continue;
    erase_group(store, group.number);
    write_again(chunk, *reader, group, toast);
  }
  close_store(store);
  reader->close();
}

}  // namespace varve::columnstore
