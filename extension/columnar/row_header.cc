#include "extension/columnar/row_header.h"

#include <cstring>

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

constexpr AttrNumber kChunkId = 1;
constexpr AttrNumber kSequence = 2;
constexpr AttrNumber kData = 3;

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

/// One pass over the header tuples with numbers from `first` to `last` that a snapshot sees.
struct HeaderScan {
  HeaderScan(Relation toast, Relation index, RowId first, RowId last, Snapshot snapshot)
      : descriptor(RelationGetDescr(toast)) {
    ScanKeyData keys[3];
    ScanKeyInit(&keys[0], kChunkId, BTEqualStrategyNumber, F_OIDEQ,
                ObjectIdGetDatum(columnstore::kHeaderKind));
    ScanKeyInit(&keys[1], kSequence, BTGreaterEqualStrategyNumber, F_INT4GE,
                Int32GetDatum(sequence_of(first)));
    ScanKeyInit(&keys[2], kSequence, BTLessEqualStrategyNumber, F_INT4LE,
                Int32GetDatum(sequence_of(last)));
    slot = table_slot_create(toast, nullptr);
    scan = index_beginscan(toast, index, snapshot, 3, 0);
    index_rescan(scan, keys, 3, nullptr, 0);
  }

  bool next() { return index_getnext_slot(scan, ForwardScanDirection, slot); }

  [[nodiscard]] RowId id() const {
    bool is_null = false;
    const Datum sequence = slot_getattr(slot, kSequence, &is_null);
    return row_of_sequence(is_null ? 0 : DatumGetInt32(sequence));
  }

  [[nodiscard]] HeaderContent content() const {
    bool is_null = false;
    return content_of(slot_getattr(slot, kData, &is_null), id());
  }

  void end() {
    index_endscan(scan);
    ExecDropSingleTupleTableSlot(slot);
  }

  TupleDesc descriptor;
  TupleTableSlot* slot;
  IndexScanDesc scan;
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
  headers.mode_ = mode;
  headers.toast_ = table_open(chunk->rd_rel->reltoastrelid, mode);
  headers.valid_index_ =
      toast_open_indexes(headers.toast_, mode, &headers.indexes_, &headers.index_count_);
  return headers;
}

void RowHeaders::close() {
  if (toast_ == nullptr) return;
  toast_close_indexes(indexes_, index_count_, NoLock);
  table_close(toast_, NoLock);
  toast_ = nullptr;
}

RowHeader RowHeaders::find(RowId id, Snapshot snapshot) {
  HeaderScan scan(toast_, indexes_[valid_index_], id, id, snapshot);
  RowHeader header;
  if (scan.next()) header = header_of(scan);
  scan.end();
  return header;
}

RowHeader RowHeaders::find_dirty(RowId id) {
  SnapshotData snapshot;
  InitDirtySnapshot(snapshot);
  HeaderScan scan(toast_, indexes_[valid_index_], id, id, &snapshot);
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

std::uint32_t RowHeaders::dead_rows(std::uint16_t group, Snapshot snapshot, std::uint64_t* dead) {
  HeaderScan scan(toast_, indexes_[valid_index_], {group, 0}, {group, 0xFFFF}, snapshot);
  std::uint32_t count = 0;
  while (scan.next()) {
    if (!scan.content().is_tombstone) continue;
    const std::uint16_t row = scan.id().row;
    dead[row / 64] |= std::uint64_t{1} << (row % 64);
    ++count;
  }
  scan.end();
  return count;
}

bool RowHeaders::any() {
  HeaderScan scan(toast_, indexes_[valid_index_], {0, 0}, {kLastGroup, 0xFFFF}, SnapshotSelf);
  const bool found = scan.next();
  scan.end();
  return found;
}

RowHeaders::Tombstones RowHeaders::count_tombstones(std::uint16_t group, TransactionId oldest) {
  HeaderScan scan(toast_, indexes_[valid_index_], {group, 0}, {group, 0xFFFF}, SnapshotSelf);
  Tombstones count = {0, 0};
  while (scan.next()) {
    const RowHeader header = header_of(scan);
    if (!header.is_dead()) continue;
    ++count.all;
    if (!TransactionIdIsNormal(header.xmin) || TransactionIdPrecedes(header.xmin, oldest))
      ++count.old;
  }
  scan.end();
  return count;
}

HeapTuple RowHeaders::form(RowId id, const HeaderContent& content) {
  union {
    char bytes[VARHDRSZ + sizeof(Payload)];
    varlena align;
  } data;
  Payload payload = {kVersion, static_cast<std::uint8_t>(content.is_tombstone ? 1 : 0), {}};
  memcpy(payload.forward, &content.forward, sizeof(payload.forward));
  memcpy(data.bytes + VARHDRSZ, &payload, sizeof(payload));
  SET_VARSIZE(&data, sizeof(data.bytes));
  Datum values[] = {ObjectIdGetDatum(columnstore::kHeaderKind), Int32GetDatum(sequence_of(id)),
                    PointerGetDatum(&data)};
  bool nulls[] = {false, false, false};
  return heap_form_tuple(RelationGetDescr(toast_), values, nulls);
}

void RowHeaders::insert_index_entries(HeapTuple tuple) {
  Datum values[kData];
  bool nulls[kData];
  heap_deform_tuple(tuple, RelationGetDescr(toast_), values, nulls);
  for (int i = 0; i < index_count_; ++i) {
    Relation index = indexes_[i];
    if (!index->rd_index->indisready) continue;
    index_insert(index, values, nulls, &tuple->t_self, toast_,
                 index->rd_index->indisunique ? UNIQUE_CHECK_YES : UNIQUE_CHECK_NO, false, nullptr);
  }
}

void RowHeaders::insert(RowId id, const HeaderContent& content, CommandId cid, int options) {
  HeapTuple tuple = form(id, content);
  heap_insert(toast_, tuple, cid, options | HEAP_INSERT_NO_LOGICAL, nullptr);
  insert_index_entries(tuple);
  heap_freetuple(tuple);
}

void RowHeaders::insert_tombstone(RowId id, const ItemPointerData& forward, CommandId cid) {
  insert(id, {true, forward}, cid, 0);
}

void RowHeaders::insert_carrier(RowId id) {
  HeaderContent content = {false, {}};
  ItemPointerSetInvalid(&content.forward);
  insert(id, content, GetCurrentCommandId(true), HEAP_INSERT_FROZEN);
}

void RowHeaders::bury(const RowHeader& carrier, RowId id, const ItemPointerData& forward,
                      CommandId cid) {
  HeapTuple tuple = form(id, {true, forward});
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
