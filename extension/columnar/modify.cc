#include "extension/columnar/modify.h"

#include "extension/columnar/ghost.h"
#include "extension/columnar/heap_part.h"
#include "extension/columnar/promotion.h"
#include "extension/columnar/row_lock.h"
#include "extension/columnar/tid.h"
#include "extension/skipping/late_rows.h"

#include "extension/pg/postgres.h"
extern "C" {
#include <access/heapam.h>
#include <access/htup_details.h>
#include <access/xact.h>
#include <pgstat.h>
#include <storage/bufmgr.h>
#include <storage/predicate.h>
#include <utils/snapmgr.h>
}

namespace varve::columnar {
namespace {

[[noreturn]] void raise_no_such_row(Relation chunk, const ItemPointerData* tid) {
  ereport(ERROR,
          (errcode(ERRCODE_DATA_CORRUPTED),
           errmsg("table \"%s\" has no columnar row (%u,%u)", RelationGetRelationName(chunk),
                  ItemPointerGetBlockNumberNoCheck(tid), ItemPointerGetOffsetNumberNoCheck(tid))));
  pg_unreachable();
}

/// What changing one columnar row needs; closed in reverse.
struct RowChange {
  RowChange(Relation relation, const ItemPointerData* tid)
      : chunk(relation),
        rows(RowAccess::of_one_row(relation)),
        headers(RowHeaders::open(relation, RowExclusiveLock)) {
    const auto id = row_of(tid);
    if (!id || !rows.exists(*id)) raise_no_such_row(relation, tid);
    request.id = *id;
    request.policy = LockWaitBlock;
    request.mode = LockTupleExclusive;
    request.needs_carrier = false;
  }

  void close() {
    if (old_row != nullptr) ExecDropSingleTupleTableSlot(old_row);
    rows.close();
    headers.close();
  }

  /// The row as it was.
  TupleTableSlot* load_old_row() {
    old_row = table_slot_create(chunk, nullptr);
    rows.store(request.id, old_row);
    return old_row;
  }

  /// Gets hold of the row, and tells serializable readers.
  TM_Result acquire(RowHold* hold, TM_FailureData* failure) {
    const TM_Result result = columnar::acquire(chunk, headers, request, hold, failure);
    if (result != TM_Ok) return result;
    ItemPointerData tid;
    set_tid(&tid, request.id);
    CheckForSerializableConflictIn(chunk, &tid, block_of(request.id));
    return result;
  }

  /// Deletes the row that is held: its new version, if any, is at `forward`.
  void bury(const RowHold& hold, const ItemPointerData& forward) {
    if (hold.header.kind == RowHeader::Kind::kCarrier) {
      headers.bury(hold.header, request.id, forward, request.cid);
    } else {
      headers.insert_tombstone(request.id, forward, request.cid);
    }
    release(chunk, request, hold);
  }

  Relation chunk;
  RowAccess rows;
  RowHeaders headers;
  RowRequest request = {};
  TupleTableSlot* old_row = nullptr;
};

TM_Result delete_row(RowChange& change, TM_FailureData* failure, bool is_moved) {
  RowHold hold;
  const TM_Result result = change.acquire(&hold, failure);
  if (result != TM_Ok) return result;
  ItemPointerData forward;
  ItemPointerSetInvalid(&forward);
  if (is_moved) ItemPointerSetMovedPartitions(&forward);
  change.bury(hold, forward);
  if (is_decoded(change.chunk)) {
    log_deletion(change.chunk, change.load_old_row(), is_moved);
  } else {
    pgstat_count_heap_delete(change.chunk);
  }
  return TM_Ok;
}

void insert_new_version(Relation chunk, TupleTableSlot* slot, CommandId cid) {
  bool should_free = false;
  HeapTuple tuple = ExecFetchSlotHeapTuple(slot, true, &should_free);
  slot->tts_tableOid = RelationGetRelid(chunk);
  tuple->t_tableOid = slot->tts_tableOid;
  heap_insert(chunk, tuple, cid, 0, nullptr);
  slot->tts_tid = tuple->t_self;
  if (should_free) heap_freetuple(tuple);
}

TM_Result update_row(RowChange& change, TupleTableSlot* slot, TM_FailureData* failure,
                     bool* update_indexes) {
  RowHold hold;
  const TM_Result result = change.acquire(&hold, failure);
  *update_indexes = result == TM_Ok;
  if (result != TM_Ok) return result;
  const CommandId cid = change.request.cid;
  if (is_decoded(change.chunk)) {
    *update_indexes = insert_as_update(change.chunk, change.load_old_row(), slot, cid);
  } else {
    insert_new_version(change.chunk, slot, cid);
  }
  change.bury(hold, slot->tts_tid);
  return TM_Ok;
}

/// Looks for rows that the new version could be equal to, but for the one it replaces.
void promote_for_update(Relation chunk, ItemPointerData old_tid, TupleTableSlot* new_row) {
  if (!checks_rows(chunk)) return;
  TupleTableSlot* old_row = table_slot_create(chunk, nullptr);
  const bool found = table_tuple_fetch_row_version(chunk, &old_tid, SnapshotAny, old_row);
  promote_equal_rows(chunk, new_row, found ? old_row : nullptr);
  ExecDropSingleTupleTableSlot(old_row);
}

/// Whether the new version that a tombstone names is still the one it meant.
bool is_version_of(Relation chunk, const ItemPointerData& tid, TransactionId xmin) {
  HeapTupleData tuple;
  Buffer buffer = InvalidBuffer;
  tuple.t_self = tid;
  if (!heap_fetch(chunk, SnapshotAny, &tuple, &buffer, false)) return false;
  const bool result = TransactionIdEquals(HeapTupleHeaderGetXmin(tuple.t_data), xmin);
  ReleaseBuffer(buffer);
  return result;
}

/// ExecCopySlot() copies the tuple of a row that is in no buffer, and leaves the copy's own TID
/// invalid. A subscriber that looks for a row by all its values asks for the lock of such a copy.
void restore_tid(ItemPointer tid, TupleTableSlot* slot) {
  if (ItemPointerIsValid(tid) || TTS_EMPTY(slot) || !TTS_IS_BUFFERTUPLE(slot)) return;
  const HeapTuple tuple = reinterpret_cast<BufferHeapTupleTableSlot*>(slot)->base.tuple;
  if (tuple != nullptr) *tid = tuple->t_self;
}

/// Goes on from a row that another transaction has replaced, as heap does.
TM_Result lock_new_version(Relation chunk, ItemPointer tid, Snapshot snapshot, TupleTableSlot* slot,
                           CommandId cid, LockTupleMode mode, LockWaitPolicy policy, uint8 flags,
                           TM_FailureData* failure) {
  if (ItemPointerIndicatesMovedPartitions(&failure->ctid)) {
    ereport(ERROR, (errcode(ERRCODE_T_R_SERIALIZATION_FAILURE),
                    errmsg("tuple to be locked was already moved to another partition due to "
                           "concurrent update")));
  }
  *tid = failure->ctid;
  failure->traversed = true;
  if (!is_version_of(chunk, *tid, failure->xmax)) return TM_Deleted;
  const TM_Result result =
      heap().tuple_lock(chunk, tid, snapshot, slot, cid, mode, policy, flags, failure);
  failure->traversed = true;
  return result;
}

}  // namespace

void tuple_insert(Relation chunk, TupleTableSlot* slot, CommandId cid, int options,
                  BulkInsertStateData* bulk) {
  skipping::note_late_row(chunk);
  promote_equal_rows(chunk, slot);
  heap().tuple_insert(chunk, slot, cid, options, bulk);
}

void tuple_insert_speculative(Relation chunk, TupleTableSlot* slot, CommandId cid, int options,
                              BulkInsertStateData* bulk, uint32 token) {
  skipping::note_late_row(chunk);
  promote_equal_rows(chunk, slot);
  heap().tuple_insert_speculative(chunk, slot, cid, options, bulk, token);
}

void multi_insert(Relation chunk, TupleTableSlot** slots, int count, CommandId cid, int options,
                  BulkInsertStateData* bulk) {
  skipping::note_late_row(chunk);
  for (int i = 0; i < count; ++i) promote_equal_rows(chunk, slots[i]);
  heap().multi_insert(chunk, slots, count, cid, options, bulk);
}

TM_Result tuple_delete(Relation chunk, ItemPointer tid, CommandId cid, Snapshot snapshot,
                       Snapshot crosscheck, bool wait, TM_FailureData* failure, bool is_moved) {
  if (!is_columnar(tid)) {
    return heap().tuple_delete(chunk, tid, cid, snapshot, crosscheck, wait, failure, is_moved);
  }
  RowChange change(chunk, tid);
  change.request.cid = cid;
  change.request.purpose = XLTW_Delete;
  const TM_Result result = delete_row(change, failure, is_moved);
  change.close();
  return result;
}

TM_Result tuple_update(Relation chunk, ItemPointer tid, TupleTableSlot* slot, CommandId cid,
                       Snapshot snapshot, Snapshot crosscheck, bool wait, TM_FailureData* failure,
                       LockTupleMode* mode, bool* update_indexes) {
  skipping::note_late_row(chunk);
  TM_Result result;
  const ItemPointerData old_tid = *tid;
  if (is_columnar(tid)) {
    // Always exclusive: who holds KEY SHARE has it on the header, not on the new version.
    *mode = LockTupleExclusive;
    RowChange change(chunk, tid);
    change.request.cid = cid;
    change.request.purpose = XLTW_Update;
    result = update_row(change, slot, failure, update_indexes);
    change.close();
  } else {
    result = heap().tuple_update(chunk, tid, slot, cid, snapshot, crosscheck, wait, failure, mode,
                                 update_indexes);
  }
  if (result == TM_Ok && *update_indexes) promote_for_update(chunk, old_tid, slot);
  return result;
}

TM_Result tuple_lock(Relation chunk, ItemPointer tid, Snapshot snapshot, TupleTableSlot* slot,
                     CommandId cid, LockTupleMode mode, LockWaitPolicy policy, uint8 flags,
                     TM_FailureData* failure) {
  restore_tid(tid, slot);
  if (!is_columnar(tid)) {
    return heap().tuple_lock(chunk, tid, snapshot, slot, cid, mode, policy, flags, failure);
  }
  failure->traversed = false;
  RowChange change(chunk, tid);
  change.request.cid = cid;
  change.request.mode = mode;
  change.request.policy = policy;
  change.request.purpose = XLTW_Lock;
  change.request.needs_carrier = true;
  const TM_Result result = lock_row(chunk, change.headers, change.request, failure);
  if (result == TM_Ok) change.rows.store(change.request.id, slot);
  change.close();
  if (result != TM_Updated || (flags & TUPLE_LOCK_FLAG_FIND_LAST_VERSION) == 0) return result;
  return lock_new_version(chunk, tid, snapshot, slot, cid, mode, policy, flags, failure);
}

}  // namespace varve::columnar
