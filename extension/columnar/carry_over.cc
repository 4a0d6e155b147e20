#include "extension/columnar/carry_over.h"

#include "extension/columnar/row_header.h"

#include "extension/pg/postgres.h"
extern "C" {
#include <access/genam.h>
#include <access/heapam.h>
#include <access/htup_details.h>
#include <access/rewriteheap.h>
#include <access/table.h>
#include <access/toast_internals.h>
#include <miscadmin.h>
#include <utils/snapmgr.h>
}

namespace varve::columnar {
namespace {

constexpr int kColumns = 3;  // chunk_id, chunk_seq, chunk_data

/// The new TOAST relation.
struct Target {
  explicit Target(Oid toast) : relation(table_open(toast, RowExclusiveLock)) {
    toast_open_indexes(relation, RowExclusiveLock, &indexes, &index_count);
  }

  void close() {
    toast_close_indexes(indexes, index_count, NoLock);
    table_close(relation, NoLock);
  }

  void insert_index_entries(HeapTuple tuple, Datum* values, bool* nulls) {
    for (int i = 0; i < index_count; ++i) {
      index_insert(indexes[i], values, nulls, &tuple->t_self, relation, UNIQUE_CHECK_NO, false,
                   nullptr);
    }
  }

  Relation relation;
  Relation* indexes = nullptr;
  int index_count = 0;
};

void copy_tombstone(TupleTableSlot* slot, const columnstore::GroupNumbers& numbers,
                    RewriteState rewrite, Target& target) {
  slot_getallattrs(slot);
  const Oid kind = DatumGetObjectId(slot->tts_values[0]);
  if (kind != columnstore::kHeaderKind && kind != columnstore::kBitmapKind) return;
  if (kind == columnstore::kHeaderKind && !is_tombstone_data(slot->tts_values[2])) return;
  // The key of a bitmap has the group where that of a header has it.
  RowId row = row_of_sequence(DatumGetInt32(slot->tts_values[1]));
  const std::int32_t group = numbers.of[row.group & kLastGroup];
  if (group == columnstore::GroupNumbers::kNone) return;
  row.group = static_cast<std::uint16_t>(group);
  Datum values[kColumns] = {slot->tts_values[0], Int32GetDatum(sequence_of(row)),
                            slot->tts_values[2]};
  bool nulls[kColumns] = {};
  HeapTuple old_tuple = ExecFetchSlotHeapTuple(slot, false, nullptr);
  HeapTuple tuple = heap_form_tuple(RelationGetDescr(target.relation), values, nulls);
  rewrite_heap_tuple(rewrite, old_tuple, tuple);
  target.insert_index_entries(tuple, values, nulls);
  heap_freetuple(tuple);
}

}  // namespace

void copy_tombstones(Relation source, Relation target, const columnstore::GroupNumbers& numbers,
                     const pg::FreezeLimits& limits) {
  Relation old_toast = table_open(source->rd_rel->reltoastrelid, AccessShareLock);
  Target to(target->rd_rel->reltoastrelid);
  RewriteState rewrite =
      begin_heap_rewrite(old_toast, to.relation, limits.oldest, limits.xid, limits.multi);
  TupleTableSlot* slot = table_slot_create(old_toast, nullptr);
  // Those that are committed, or ours.
  TableScanDesc scan = table_beginscan(old_toast, SnapshotSelf, 0, nullptr);
  while (table_scan_getnextslot(scan, ForwardScanDirection, slot)) {
    CHECK_FOR_INTERRUPTS();
    copy_tombstone(slot, numbers, rewrite, to);
  }
  table_endscan(scan);
  ExecDropSingleTupleTableSlot(slot);
  end_heap_rewrite(rewrite);
  to.close();
  table_close(old_toast, NoLock);
}

void copy_store(Relation source, Relation target, const pg::FreezeLimits& limits) {
  const auto same = columnstore::GroupNumbers::same();
  columnstore::copy_groups(source, target, same);
  copy_tombstones(source, target, same, limits);
  pfree(same.of);
}

}  // namespace varve::columnar
