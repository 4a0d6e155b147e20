#include "extension/columnar/ghost.h"

#include "extension/columnar/index_entry.h"

#include "extension/pg/postgres.h"
extern "C" {
#include <access/heapam.h>
#include <access/heaptoast.h>
#include <access/htup_details.h>
#include <access/sysattr.h>
#include <access/xact.h>
#include <access/xlog.h>
#include <catalog/catalog.h>
#include <catalog/pg_class.h>
#include <storage/bufmgr.h>
#include <storage/proc.h>
#include <utils/snapmgr.h>
}

namespace varve::columnar {
namespace {

/// Two command ids in a row, c and c + 1: what c inserts and c + 1 deletes is seen by no snapshot,
/// since none was or will be taken between them.
struct CommandPair {
  LocalTransactionId transaction = InvalidLocalTransactionId;
  CommandId first = InvalidCommandId;
};
CommandPair last_pair;

// One pair serves a transaction.
CommandId command_of_ghosts() {
  if (last_pair.transaction == MyProc->lxid) return last_pair.first;
  last_pair.first = GetCurrentCommandId(true);
  CommandCounterIncrement();
  (void)GetCurrentCommandId(true);
  CommandCounterIncrement();
  last_pair.transaction = MyProc->lxid;
  return last_pair.first;
}

HeapTuple tuple_of(TupleTableSlot* slot, Relation table, bool* should_free) {
  HeapTuple tuple = ExecFetchSlotHeapTuple(slot, true, should_free);
  slot->tts_tableOid = RelationGetRelid(table);
  tuple->t_tableOid = slot->tts_tableOid;
  return tuple;
}

/// The row as far as decoding has to tell of it: its replica identity, and null for all else.
HeapTuple identity_of(Relation chunk, TupleTableSlot* row) {
  if (chunk->rd_rel->relreplident == REPLICA_IDENTITY_FULL) return ExecCopySlotHeapTuple(row);
  slot_getallattrs(row);
  const TupleDesc columns = row->tts_tupleDescriptor;
  Bitmapset* identity = RelationGetIndexAttrBitmap(chunk, INDEX_ATTR_BITMAP_IDENTITY_KEY);
  bool* is_null = static_cast<bool*>(palloc(columns->natts * sizeof(bool)));
  for (int i = 0; i < columns->natts; ++i) {
    const bool is_known = bms_is_member(i + 1 - FirstLowInvalidHeapAttributeNumber, identity);
    is_null[i] = row->tts_isnull[i] || !is_known;
  }
  HeapTuple tuple = heap_form_tuple(columns, row->tts_values, is_null);
  pfree(is_null);
  bms_free(identity);
  return tuple;
}

/// Inserts the ghost of a row.
ItemPointerData insert_ghost(Relation chunk, TupleTableSlot* row, CommandId cid) {
  HeapTuple tuple = identity_of(chunk, row);
  tuple->t_tableOid = RelationGetRelid(chunk);
  const bool may_be_toasted = tuple->t_len > TOAST_TUPLE_THRESHOLD || HeapTupleHasExternal(tuple);
  heap_insert(chunk, tuple, cid, HEAP_INSERT_NO_LOGICAL, nullptr);
  // Values out of line are of the current command, which cannot delete them.
  if (may_be_toasted) CommandCounterIncrement();
  const ItemPointerData tid = tuple->t_self;
  heap_freetuple(tuple);
  return tid;
}

/// Says that the new version in place of a ghost is of the statement's command, as on a heap: what
/// the statement has put in its place, and when, is the same to every snapshot then. Command ids
/// are of interest to this transaction alone, and not in WAL.
void set_command(Relation chunk, const ItemPointerData& tid, CommandId cid) {
  Buffer buffer = ReadBuffer(chunk, ItemPointerGetBlockNumber(&tid));
  LockBuffer(buffer, BUFFER_LOCK_EXCLUSIVE);
  Page page = BufferGetPage(buffer);
  ItemId item = PageGetItemId(page, ItemPointerGetOffsetNumber(&tid));
  HeapTupleHeaderSetCmin(reinterpret_cast<HeapTupleHeader>(PageGetItem(page, item)), cid);
  UnlockReleaseBuffer(buffer);
}

void require_ok(TM_Result result) {
  if (result != TM_Ok) elog(ERROR, "unexpected result %d of changing a ghost", result);
}

}  // namespace

bool is_decoded(Relation table) {
  return RelationIsLogicallyLogged(table) &&
         table->rd_rel->relreplident != REPLICA_IDENTITY_NOTHING;
}

void log_deletion(Relation chunk, TupleTableSlot* old_row, bool is_moved) {
  const CommandId command = command_of_ghosts();
  ItemPointerData ghost = insert_ghost(chunk, old_row, command);
  TM_FailureData failure;
  require_ok(heap_delete(chunk, &ghost, command + 1, InvalidSnapshot, true, &failure, is_moved));
}

bool insert_as_update(Relation chunk, TupleTableSlot* old_row, TupleTableSlot* new_row,
                      CommandId cid) {
  const CommandId command = command_of_ghosts();
  ItemPointerData ghost = insert_ghost(chunk, old_row, command);
  bool should_free = false;
  HeapTuple tuple = tuple_of(new_row, chunk, &should_free);
  TM_FailureData failure;
  LockTupleMode mode;
  require_ok(
      heap_update(chunk, &ghost, tuple, command + 1, InvalidSnapshot, true, &failure, &mode));
  new_row->tts_tid = tuple->t_self;
  set_command(chunk, tuple->t_self, cid);
  const bool is_heap_only = HeapTupleIsHeapOnly(tuple);
  if (should_free) heap_freetuple(tuple);
  // A new version in the ghost's chain is found through the ghost, whose keys are the same.
  if (is_heap_only) insert_index_entries(chunk, new_row, ghost);
  return !is_heap_only;
}

}  // namespace varve::columnar
