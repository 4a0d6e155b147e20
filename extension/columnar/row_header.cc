#include "extension/columnar/row_header.h"

#include <algorithm>
#include <cstring>

#include "extension/columnar/tuple_scan.h"
#include "extension/columnar/vector_bitmaps.h"

#include "extension/pg/postgres.h"
extern "C" {
#include <access/genam.h>
#include <access/heapam.h>
#include <access/htup_details.h>
#include <access/table.h>
#include <access/toast_internals.h>
#include <access/transam.h>
#include <access/xact.h>
#include <executor/tuptable.h>
#include <utils/fmgroids.h>
#include <utils/snapmgr.h>
}

namespace varve::columnar {
namespace {

/// The bytea of a header tuple, as on disk: kind, then the new version's TID.
struct Payload {
  std::uint8_t version;  // 1
  std::uint8_t is_tombstone;
  std::uint8_t forward[sizeof(ItemPointerData)];
};
static_assert(sizeof(Payload) == 8);
constexpr std::uint8_t kVersion = 1;

HeaderContent content_of(Datum datum, RowId id) {
  const auto* data = reinterpret_cast<const varlena*>(DatumGetPointer(datum));
  Payload payload;
  if (VARSIZE_ANY_EXHDR(data) == sizeof(payload)) {
    memcpy(&payload, VARDATA_ANY(data), sizeof(payload));
  } else {
    payload.version = 0;
  }
  if (payload.version != kVersion || payload.is_tombstone > 1) {
    ereport(ERROR, (errcode(ERRCODE_DATA_CORRUPTED),
                    errmsg("invalid header of row %u of row group %u", id.row, id.group)));
  }
  HeaderContent content = {payload.is_tombstone == 1, {}};
  memcpy(&content.forward, payload.forward, sizeof(payload.forward));
  return content;
}

/// One pass over the header tuples of the rows `first` to `last` that a snapshot sees.
struct HeaderScan : TupleScan {
  HeaderScan(const BitmapStore& store, RowId first, RowId last, Snapshot snapshot)
      : TupleScan(store.toast, store.index, columnstore::kHeaderKind, first, last, snapshot) {}

  [[nodiscard]] RowId id() const { return row_of_sequence(sequence()); }
  [[nodiscard]] HeaderContent content() const { return content_of(data(), id()); }
};

RowHeader header_of(HeaderScan& scan) {
  bool should_free = false;
  HeapTuple tuple = ExecFetchSlotHeapTuple(scan.slot, false, &should_free);
  const HeaderContent content = scan.content();
  RowHeader header;
  header.kind = content.is_tombstone ? RowHeader::Kind::kTombstone : RowHeader::Kind::kCarrier;
  header.tid = scan.slot->tts_tid;
  if (!content.is_tombstone) return header;
  header.forward = content.forward;
  header.xmin = HeapTupleHeaderGetXmin(tuple->t_data);
  if (TransactionIdIsCurrentTransactionId(header.xmin)) {
    header.cmin = HeapTupleHeaderGetCmin(tuple->t_data);
  }
  return header;
}

}  // namespace

bool is_tombstone_data(Datum data) { return content_of(data, {0, 0}).is_tombstone; }

RowHeaders RowHeaders::open(Relation chunk, LOCKMODE mode) {
  RowHeaders headers;
  headers.chunk_ = chunk;
  headers.mode_ = mode;
  headers.toast_ = table_open(chunk->rd_rel->reltoastrelid, mode);
  headers.valid_index_ =
      toast_open_indexes(headers.toast_, mode, &headers.indexes_, &headers.index_count_);
  return headers;
}

BitmapStore RowHeaders::store() const { return {chunk_, toast_, indexes_[valid_index_]}; }

void RowHeaders::close() {
  if (toast_ == nullptr) return;
  toast_close_indexes(indexes_, index_count_, NoLock);
  table_close(toast_, NoLock);
  toast_ = nullptr;
}

RowHeader RowHeaders::find(RowId id, Snapshot snapshot) {
  HeaderScan scan(store(), id, id, snapshot);
  RowHeader header;
  if (scan.next()) header = header_of(scan);
  scan.end();
  if (!header.is_dead()) find_in_bitmaps(store(), id, snapshot, &header);
  return header;
}

RowHeader RowHeaders::find_header(RowId id) {
  SnapshotData snapshot;
  InitDirtySnapshot(snapshot);
  HeaderScan scan(store(), id, id, &snapshot);
  // A carrier that is becoming a tombstone is seen as both; the tombstone tells more.
  RowHeader header;
  while (scan.next()) {
    RowHeader version = header_of(scan);
    version.deleter = version.is_dead() ? snapshot.xmin : snapshot.xmax;
    if (!header.is_dead()) header = version;
  }
  scan.end();
  return header;
}

RowHeader RowHeaders::find_dirty(RowId id) {
  RowHeader header = find_header(id);
  if (header.kind != RowHeader::Kind::kNone) return header;
  // A row with a header is in no bitmap that counts, and a row of one that counts gets no header.
  SnapshotData snapshot;
  InitDirtySnapshot(snapshot);
  find_in_bitmaps(store(), id, &snapshot, &header);
  return header;
}

std::uint32_t RowHeaders::dead_rows(std::uint16_t group, std::uint32_t first, std::uint32_t last,
                                    Snapshot snapshot, std::uint64_t* dead) {
  HeaderScan scan(store(), {group, static_cast<std::uint16_t>(first * kBitmapRows)},
                  {group, static_cast<std::uint16_t>((last + 1) * kBitmapRows - 1)}, snapshot);
  std::uint32_t count = 0;
  while (scan.next()) {
    if (!scan.content().is_tombstone) continue;
    const std::uint16_t row = scan.id().row;
    dead[row / 64] |= std::uint64_t{1} << (row % 64);
    ++count;
  }
  scan.end();
  return count + mark_in_bitmaps(store(), group, first, last, snapshot, dead);
}

bool RowHeaders::any() {
  for (const Oid kind : {columnstore::kHeaderKind, columnstore::kBitmapKind}) {
    TupleScan scan(toast_, indexes_[valid_index_], kind, {0, 0}, {kLastGroup, 0xFFFF},
                   SnapshotSelf);
    const bool found = scan.next();
    scan.end();
    if (found) return true;
  }
  return false;
}

RowHeaders::Tombstones RowHeaders::count_tombstones(std::uint16_t group, TransactionId oldest) {
  HeaderScan scan(store(), {group, 0}, {group, 0xFFFF}, SnapshotSelf);
  Tombstones count = {0, 0};
  while (scan.next()) {
    const RowHeader header = header_of(scan);
    if (!header.is_dead()) continue;
    ++count.all;
    if (!TransactionIdIsNormal(header.xmin) || TransactionIdPrecedes(header.xmin, oldest))
      ++count.old;
  }
  scan.end();
  const Tombstones together = count_in_bitmaps(store(), group, oldest);
  return {count.all + together.all, count.old + together.old};
}

std::uint32_t RowHeaders::touched_rows(std::uint16_t group, std::uint32_t vector,
                                       std::uint64_t* touched) {
  SnapshotData snapshot;
  InitDirtySnapshot(snapshot);
  const std::uint32_t first = vector * kBitmapRows;
  HeaderScan scan(store(), {group, static_cast<std::uint16_t>(first)},
                  {group, static_cast<std::uint16_t>(first + kBitmapRows - 1)}, &snapshot);
  while (scan.next()) {
    const std::uint32_t row = scan.id().row % kBitmapRows;
    touched[row / 64] |= std::uint64_t{1} << row % 64;
  }
  scan.end();
  return mark_in_vector(store(), group, vector, touched);
}

HeapTuple RowHeaders::form(Oid kind, RowId id, const void* payload, std::size_t size) {
  union {
    char bytes[VARHDRSZ + std::max(sizeof(Payload), sizeof(DeletionBitmap))];
    varlena align;
  } data;
  memcpy(data.bytes + VARHDRSZ, payload, size);
  SET_VARSIZE(&data, VARHDRSZ + size);
  Datum values[] = {ObjectIdGetDatum(kind), Int32GetDatum(sequence_of(id)), PointerGetDatum(&data)};
  bool nulls[] = {false, false, false};
  return heap_form_tuple(RelationGetDescr(toast_), values, nulls);
}

HeapTuple RowHeaders::form_header(RowId id, const HeaderContent& content) {
  Payload payload = {kVersion, static_cast<std::uint8_t>(content.is_tombstone ? 1 : 0), {}};
  memcpy(payload.forward, &content.forward, sizeof(payload.forward));
  return form(columnstore::kHeaderKind, id, &payload, sizeof payload);
}

void RowHeaders::insert_index_entries(HeapTuple tuple) {
  Datum values[TupleScan::kData];
  bool nulls[TupleScan::kData];
  heap_deform_tuple(tuple, RelationGetDescr(toast_), values, nulls);
  for (int i = 0; i < index_count_; ++i) {
    Relation index = indexes_[i];
    if (!index->rd_index->indisready) continue;
    index_insert(index, values, nulls, &tuple->t_self, toast_,
                 index->rd_index->indisunique ? UNIQUE_CHECK_YES : UNIQUE_CHECK_NO, false, nullptr);
  }
}

void RowHeaders::insert(HeapTuple tuple, CommandId cid, int options) {
  heap_insert(toast_, tuple, cid, options | HEAP_INSERT_NO_LOGICAL, nullptr);
  insert_index_entries(tuple);
  heap_freetuple(tuple);
}

void RowHeaders::insert_tombstone(RowId id, const ItemPointerData& forward, CommandId cid) {
  insert(form_header(id, {true, forward}), cid, 0);
}

void RowHeaders::insert_bitmap(RowId id, const DeletionBitmap& bitmap, CommandId cid) {
  insert(form(columnstore::kBitmapKind, id, &bitmap, sizeof bitmap), cid, 0);
}

void RowHeaders::insert_carrier(RowId id) {
  HeaderContent content = {false, {}};
  ItemPointerSetInvalid(&content.forward);
  insert(form_header(id, content), GetCurrentCommandId(true), HEAP_INSERT_FROZEN);
}

void RowHeaders::bury(const RowHeader& carrier, RowId id, const ItemPointerData& forward,
                      CommandId cid) {
  HeapTuple tuple = form_header(id, {true, forward});
  ItemPointerData old_tid = carrier.tid;
  TM_FailureData failure;
  LockTupleMode mode;
  const TM_Result result =
      heap_update(toast_, &old_tid, tuple, cid, InvalidSnapshot, true, &failure, &mode);
  if (result != TM_Ok) {
    elog(ERROR, "header of row %u of row group %u changed under a lock", id.row, id.group);
  }
  if (!HeapTupleIsHeapOnly(tuple)) insert_index_entries(tuple);
  heap_freetuple(tuple);
}

}  // namespace varve::columnar
