#include "extension/columnar/carry_over.h"

#include "extension/columnar/row_header.h"
#include "extension/columnstore/missing_values.h"

#include "extension/pg/postgres.h"
extern "C" {
#include <access/genam.h>
#include <access/heapam.h>
#include <access/htup_details.h>
#include <access/rewriteheap.h>
#include <access/table.h>
#include <access/toast_internals.h>
#include <access/transam.h>
#include <access/xact.h>
#include <miscadmin.h>
#include <utils/fmgroids.h>
#include <utils/snapmgr.h>
}

namespace varve::columnar {
namespace {

constexpr AttrNumber kChunkId = 1;
constexpr int kColumns = 3;

/// The new TOAST relation, into which values of the heap part have gone before.
struct Target {
  explicit Target(Oid toast) : relation(table_open(toast, RowExclusiveLock)) {
    valid = toast_open_indexes(relation, RowExclusiveLock, &indexes, &index_count);
    slot = table_slot_create(relation, nullptr);
  }

  void close() {
    ExecDropSingleTupleTableSlot(slot);
    toast_close_indexes(indexes, index_count, NoLock);
    table_close(relation, NoLock);
  }

  /// Whether the value was copied with the row of the heap part that it belongs to.
  bool has_value(Oid id) {
    if (id == last_id) return has_last;
    ScanKeyData key;
    ScanKeyInit(&key, kChunkId, BTEqualStrategyNumber, F_OIDEQ, ObjectIdGetDatum(id));
    IndexScanDesc scan = index_beginscan(relation, indexes[valid], SnapshotAny, 1, 0);
    index_rescan(scan, &key, 1, nullptr, 0);
    last_id = id;
    has_last = index_getnext_slot(scan, ForwardScanDirection, slot);
    ExecClearTuple(slot);
    index_endscan(scan);
    return has_last;
  }

  void insert_index_entries(HeapTuple tuple) {
    Datum values[kColumns];
    bool nulls[kColumns];
    heap_deform_tuple(tuple, RelationGetDescr(relation), values, nulls);
    for (int i = 0; i < index_count; ++i) {
      index_insert(indexes[i], values, nulls, &tuple->t_self, relation, UNIQUE_CHECK_NO, false,
                   nullptr);
    }
  }

  Relation relation;
  Relation* indexes = nullptr;
  int index_count = 0;
  int valid = 0;
  TupleTableSlot* slot;
  Oid last_id = InvalidOid;
  bool has_last = false;
};

Oid chunk_id_of(TupleTableSlot* slot) {
  bool is_null = false;
  return DatumGetObjectId(slot_getattr(slot, kChunkId, &is_null));
}

bool is_tombstone(TupleTableSlot* slot) {
  bool is_null = false;
  const Datum data = slot_getattr(slot, kColumns, &is_null);
  return is_tombstone_data(data);
}

/// Calls body(slot) for each tuple of the old TOAST relation that is committed or ours.
template <class Body>
void for_each_tuple(Relation toast, Body&& body) {
  TupleTableSlot* slot = table_slot_create(toast, nullptr);
  TableScanDesc scan = table_beginscan(toast, SnapshotSelf, 0, nullptr);
  while (table_scan_getnextslot(scan, ForwardScanDirection, slot)) {
    CHECK_FOR_INTERRUPTS();
    body(slot);
  }
  table_endscan(scan);
  ExecDropSingleTupleTableSlot(slot);
}

/// Heads of groups, bitmaps and blobs: whether they are there is nothing a snapshot asks.
void copy_groups(Relation old_toast, Target& target) {
  const CommandId cid = GetCurrentCommandId(true);
  for_each_tuple(old_toast, [&](TupleTableSlot* slot) {
    const Oid id = chunk_id_of(slot);
    if (id == columnstore::kHeaderKind || (id >= FirstNormalObjectId && target.has_value(id)))
      return;
    HeapTuple tuple = ExecCopySlotHeapTuple(slot);
    heap_insert(target.relation, tuple, cid, HEAP_INSERT_NO_LOGICAL | HEAP_INSERT_FROZEN, nullptr);
    target.insert_index_entries(tuple);
    heap_freetuple(tuple);
    if (id >= FirstNormalObjectId) target.last_id = InvalidOid;
  });
}

void copy_tombstones(Relation old_toast, Target& target, TransactionId oldest,
                     TransactionId freeze_before, MultiXactId freeze_multis_before) {
  RewriteState rewrite =
      begin_heap_rewrite(old_toast, target.relation, oldest, freeze_before, freeze_multis_before);
  for_each_tuple(old_toast, [&](TupleTableSlot* slot) {
    if (chunk_id_of(slot) != columnstore::kHeaderKind || !is_tombstone(slot)) return;
    HeapTuple old_tuple = ExecCopySlotHeapTuple(slot);
    HeapTuple tuple = heap_copytuple(old_tuple);
    rewrite_heap_tuple(rewrite, old_tuple, tuple);
    target.insert_index_entries(tuple);
    heap_freetuple(tuple);
    heap_freetuple(old_tuple);
  });
  end_heap_rewrite(rewrite);
}

}  // namespace

void carry_over_store(Relation old_table, Relation new_table, TransactionId oldest,
                      TransactionId freeze_before, MultiXactId freeze_multis_before) {
  Relation old_toast = table_open(old_table->rd_rel->reltoastrelid, AccessShareLock);
  Target target(new_table->rd_rel->reltoastrelid);
  copy_groups(old_toast, target);
  columnstore::keep_missing_values(old_table, RelationGetRelid(target.relation));
  // Last: rewriting writes whole pages behind those that are there.
  copy_tombstones(old_toast, target, oldest, freeze_before, freeze_multis_before);
  target.close();
  table_close(old_toast, NoLock);
}

}  // namespace varve::columnar
