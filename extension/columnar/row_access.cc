#include "extension/columnar/row_access.h"

#include "extension/columnar/reader_pool.h"
#include "extension/columnar/tid.h"

#include "extension/pg/postgres.h"
extern "C" {
#include <access/htup_details.h>
#include <storage/predicate.h>
#include <utils/snapmgr.h>
}

namespace varve::columnar {
namespace {

/// What the snapshot of a scan that shows every version shows.
bool sees_everything(Snapshot snapshot) {
  return snapshot->snapshot_type == SNAPSHOT_ANY ||
         snapshot->snapshot_type == SNAPSHOT_NON_VACUUMABLE;
}

HeapTuple form_tuple(TupleTableSlot* slot, Oid table, RowId id) {
  const MemoryContext before = MemoryContextSwitchTo(slot->tts_mcxt);
  HeapTuple tuple = heap_form_tuple(slot->tts_tupleDescriptor, slot->tts_values, slot->tts_isnull);
  MemoryContextSwitchTo(before);
  set_tid(&tuple->t_self, id);
  tuple->t_tableOid = table;
  HeapTupleHeader header = tuple->t_data;
  HeapTupleHeaderSetXmin(header, FrozenTransactionId);
  HeapTupleHeaderSetXminFrozen(header);
  HeapTupleHeaderSetCmin(header, FirstCommandId);
  HeapTupleHeaderSetXmax(header, InvalidTransactionId);
  header->t_infomask |= HEAP_XMAX_INVALID;
  header->t_ctid = tuple->t_self;
  return tuple;
}

}  // namespace

void RowAccess::close() {
  if (reader_ != nullptr && !is_borrowed_) give_back(reader_);
  reader_ = nullptr;
  headers_.close();
}

void RowAccess::lend_reader(bool is_lent) {
  if (reader_ != nullptr && !is_borrowed_) lend(reader_, is_lent);
}

columnstore::Reader& RowAccess::reader() {
  if (reader_ == nullptr && may_borrow_) {
    reader_ = borrow_reader(chunk_);
    is_borrowed_ = reader_ != nullptr;
  }
  if (reader_ == nullptr) {
    const MemoryContext before = MemoryContextSwitchTo(context_);
    reader_ = take_reader(chunk_);
    MemoryContextSwitchTo(before);
  }
  return *reader_;
}

RowHeaders& RowAccess::headers() {
  if (!headers_.is_open()) {
    const MemoryContext before = MemoryContextSwitchTo(context_);
    headers_ = RowHeaders::open(chunk_, AccessShareLock);
    MemoryContextSwitchTo(before);
  }
  return headers_;
}

bool RowAccess::exists(RowId id) {
  if (!OidIsValid(chunk_->rd_rel->reltoastrelid)) return false;
  const columnstore::GroupInfo* group = reader().group(id.group);
  return group != nullptr && id.row < group->rows;
}

bool RowAccess::is_visible(RowId id, Snapshot snapshot) {
  if (sees_everything(snapshot)) return true;
  if (snapshot->snapshot_type != SNAPSHOT_DIRTY) {
    ItemPointerData tid;
    set_tid(&tid, id);
    // As heap does of the tuples it shows; the deleter asks in tuple_delete() and tuple_update().
    PredicateLockTID(chunk_, &tid, snapshot, FrozenTransactionId);
    return !headers().find(id, snapshot).is_dead();
  }
  snapshot->xmin = snapshot->xmax = InvalidTransactionId;
  snapshot->speculativeToken = 0;
  const RowHeader header = headers().find_dirty(id);
  snapshot->xmax = header.deleter;
  return !header.is_dead() || TransactionIdIsValid(header.deleter);
}

void RowAccess::store(RowId id, TupleTableSlot* slot) {
  ExecClearTuple(slot);
  // While ALTER TABLE rewrites a table, slots are of its rows as they were.
  reader().describe(slot->tts_tupleDescriptor);
  reader().row(id.group, id.row, nullptr, slot->tts_values, slot->tts_isnull);
  auto* buffered = reinterpret_cast<BufferHeapTupleTableSlot*>(slot);
  HeapTuple tuple = form_tuple(slot, RelationGetRelid(chunk_), id);
  // What ExecForceStoreHeapTuple() does, but for its copy of the tuple.
  buffered->base.tuple = tuple;
  buffered->base.off = 0;
  buffered->buffer = InvalidBuffer;
  slot->tts_nvalid = 0;
  slot->tts_flags &= ~TTS_FLAG_EMPTY;
  slot->tts_flags |= TTS_FLAG_SHOULDFREE;
  slot->tts_tid = tuple->t_self;
  slot->tts_tableOid = RelationGetRelid(chunk_);
}

}  // namespace varve::columnar
