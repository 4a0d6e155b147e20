#include "extension/columnstore/store.h"

#include <algorithm>
#include <cstring>

extern "C" {
#include <access/genam.h>
#include <access/heapam.h>
#include <access/htup_details.h>
#include <access/skey.h>
#include <access/table.h>
#include <access/toast_internals.h>
#include <access/xact.h>
#include <catalog/catalog.h>
#include <catalog/index.h>
#include <miscadmin.h>
#include <utils/fmgroids.h>
#include <utils/snapmgr.h>
}

namespace varve::columnstore {
namespace {

constexpr AttrNumber kId = 1;
constexpr AttrNumber kSequence = 2;
constexpr AttrNumber kData = 3;

static_assert(MAXALIGN(SizeofHeapTupleHeader) + 3 * sizeof(std::int32_t) + kPieceBytes <=
              MaxHeapTupleSize);

/// The bytes of a piece: it is never compressed, nor elsewhere.
bool piece_of(HeapTuple tuple, TupleDesc columns, const char*& data, std::size_t& size) {
  bool is_null;
  auto* bytes =
      reinterpret_cast<bytea*>(DatumGetPointer(fastgetattr(tuple, kData, columns, &is_null)));
  if (is_null || VARATT_IS_EXTERNAL(bytes) || VARATT_IS_COMPRESSED(bytes)) return false;
  data = VARDATA_ANY(bytes);
  size = VARSIZE_ANY_EXHDR(bytes);
  return true;
}

std::int32_t sequence_of(HeapTuple tuple, TupleDesc columns) {
  bool is_null;
  return DatumGetInt32(fastgetattr(tuple, kSequence, columns, &is_null));
}

/// Also into an index that is being built beside the valid one.
void insert_index_entries(const Store& store, HeapTuple tuple, Datum* values, bool* nulls) {
  Relation* indexes;
  int count;
  toast_open_indexes(store.toast, RowExclusiveLock, &indexes, &count);
  for (int i = 0; i < count; ++i) {
    if (!indexes[i]->rd_index->indisready) continue;
    index_insert(indexes[i], values, nulls, &tuple->t_self, store.toast, UNIQUE_CHECK_YES, false,
                 nullptr);
  }
  toast_close_indexes(indexes, count, NoLock);
}

void insert(const Store& store, Oid id, std::int32_t sequence, bytea* data) {
  Datum values[] = {ObjectIdGetDatum(id), Int32GetDatum(sequence), PointerGetDatum(data)};
  bool nulls[] = {false, false, false};
  HeapTuple tuple = heap_form_tuple(RelationGetDescr(store.toast), values, nulls);
  heap_insert(store.toast, tuple, GetCurrentCommandId(true),
              HEAP_INSERT_NO_LOGICAL | HEAP_INSERT_FROZEN, nullptr);
  index_insert(store.index, values, nulls, &tuple->t_self, store.toast, UNIQUE_CHECK_YES, false,
               nullptr);
  heap_freetuple(tuple);
}

SysScanDesc begin(const Store& store, Oid id) {
  ScanKeyData key;
  ScanKeyInit(&key, kId, BTEqualStrategyNumber, F_OIDEQ, ObjectIdGetDatum(id));
  return systable_beginscan_ordered(store.toast, store.index, SnapshotSelf, 1, &key);
}

/// Scans for one tuple.
SysScanDesc begin(const Store& store, Oid kind, std::int32_t sequence) {
  ScanKeyData keys[2];
  ScanKeyInit(&keys[0], kId, BTEqualStrategyNumber, F_OIDEQ, ObjectIdGetDatum(kind));
  ScanKeyInit(&keys[1], kSequence, BTEqualStrategyNumber, F_INT4EQ, Int32GetDatum(sequence));
  return systable_beginscan_ordered(store.toast, store.index, SnapshotSelf, 2, keys);
}

}  // namespace

Store open_store(Oid toast, LOCKMODE mode) {
  Relation table = table_open(toast, mode);
  return {table, index_open(toast_get_valid_index(toast, mode), mode)};
}

void close_store(const Store& store) {
  index_close(store.index, NoLock);
  table_close(store.toast, NoLock);
}

void put(const Store& store, Oid kind, std::int32_t sequence, const void* data, std::size_t size) {
  auto* bytes = static_cast<bytea*>(palloc(VARHDRSZ + size));
  SET_VARSIZE(bytes, VARHDRSZ + size);
  if (size > 0) memcpy(VARDATA(bytes), data, size);
  insert(store, kind, sequence, bytes);
  pfree(bytes);
}

void mark(const Store& store, Oid kind, std::int32_t sequence) {
  bytea nothing;
  SET_VARSIZE(&nothing, VARHDRSZ);
  Datum values[] = {ObjectIdGetDatum(kind), Int32GetDatum(sequence), PointerGetDatum(&nothing)};
  bool nulls[] = {false, false, false};
  HeapTuple tuple = heap_form_tuple(RelationGetDescr(store.toast), values, nulls);
  heap_insert(store.toast, tuple, GetCurrentCommandId(true), HEAP_INSERT_NO_LOGICAL, nullptr);
  insert_index_entries(store, tuple, values, nulls);
  heap_freetuple(tuple);
}

bool has(const Store& store, Oid kind, std::int32_t sequence) {
  SysScanDesc scan = begin(store, kind, sequence);
  const bool found = HeapTupleIsValid(systable_getnext_ordered(scan, ForwardScanDirection));
  systable_endscan_ordered(scan);
  return found;
}

Oid put_blob(const Store& store, const void* data, std::size_t size) {
  const Oid id = GetNewOidWithIndex(store.toast, RelationGetRelid(store.index), kId);
  const auto* bytes = static_cast<const char*>(data);
  std::int32_t sequence = 0;
  for (std::size_t at = 0; at < size; at += kPieceBytes) {
    CHECK_FOR_INTERRUPTS();
    put(store, id, sequence++, bytes + at, std::min(kPieceBytes, size - at));
  }
  return id;
}

namespace {

/// Calls body(bytes, size) for each piece of a blob in its order; false where they are not pieces
/// of one of `size` bytes.
template <class Body>
bool for_each_piece(const Store& store, Oid id, std::size_t size, Body&& body) {
  SysScanDesc scan = begin(store, id);
  const TupleDesc columns = RelationGetDescr(store.toast);
  std::size_t at = 0;
  std::int32_t expected = 0;
  bool is_whole = true;
  HeapTuple tuple;
  while (is_whole &&
         HeapTupleIsValid(tuple = systable_getnext_ordered(scan, ForwardScanDirection))) {
    CHECK_FOR_INTERRUPTS();
    const char* piece = nullptr;
    std::size_t length = 0;
    is_whole = piece_of(tuple, columns, piece, length) &&
               sequence_of(tuple, columns) == expected++ && length <= size - at;
    if (!is_whole) break;
    body(piece, length);
    at += length;
  }
  systable_endscan_ordered(scan);
  return is_whole && at == size;
}

}  // namespace

bool read_blob(const Store& store, Oid id, char* out, std::size_t size) {
  return for_each_piece(store, id, size, [&](const char* piece, std::size_t length) {
    memcpy(out, piece, length);
    out += length;
  });
}

bool read_piece(const Store& store, Oid id, std::int32_t sequence, char* out, std::size_t size) {
  SysScanDesc scan = begin(store, id, sequence);
  HeapTuple tuple = systable_getnext_ordered(scan, ForwardScanDirection);
  const char* piece = nullptr;
  std::size_t length = 0;
  const bool is_whole = HeapTupleIsValid(tuple) &&
                        piece_of(tuple, RelationGetDescr(store.toast), piece, length) &&
                        length == size;
  if (is_whole) memcpy(out, piece, size);
  systable_endscan_ordered(scan);
  return is_whole;
}

Oid copy_blob(const Store& from, Oid id, const Store& to, std::size_t size) {
  const Oid copy = GetNewOidWithIndex(to.toast, RelationGetRelid(to.index), kId);
  std::int32_t sequence = 0;
  const bool is_whole = for_each_piece(from, id, size, [&](const char* piece, std::size_t length) {
    put(to, copy, sequence++, piece, length);
  });
  return is_whole ? copy : InvalidOid;
}

StoreScan::StoreScan(const Store& store, Oid kind)
    : toast_(store.toast), scan_(begin(store, kind)) {}

bool StoreScan::next() {
  HeapTuple tuple = systable_getnext_ordered(scan_, ForwardScanDirection);
  if (!HeapTupleIsValid(tuple)) return false;
  sequence = sequence_of(tuple, RelationGetDescr(toast_));
  writer = HeapTupleHeaderGetRawXmin(tuple->t_data);
  if (!piece_of(tuple, RelationGetDescr(toast_), data, size)) {
    data = nullptr;
    size = 0;
  }
  return true;
}

void StoreScan::end() { systable_endscan_ordered(scan_); }

}  // namespace varve::columnstore
