#include "extension/columnstore/row_versions.h"

extern "C" {
#include <access/heapam.h>
#include <access/htup_details.h>
#include <access/transam.h>
}

namespace varve::columnstore {
namespace {

/// What the header of a version says that has always been there. Its chain ends with itself.
void set_history(HeapTuple tuple, TransactionId deleter) {
  HeapTupleHeader header = tuple->t_data;
  header->t_infomask &= ~HEAP_XACT_MASK;
  header->t_infomask2 &= ~HEAP2_XACT_MASK;
  HeapTupleHeaderSetXmin(header, FrozenTransactionId);
  HeapTupleHeaderSetXminFrozen(header);
  HeapTupleHeaderSetCmin(header, FirstCommandId);
  HeapTupleHeaderSetXmax(header, deleter);
  if (!TransactionIdIsValid(deleter)) header->t_infomask |= HEAP_XMAX_INVALID;
  if (TransactionIdIsValid(deleter)) header->t_infomask2 |= HEAP_KEYS_UPDATED;
  ItemPointerSet(&tuple->t_self, 0, 1);  // where it was is of no interest
  header->t_ctid = tuple->t_self;
}

}  // namespace

VersionWriter::VersionWriter(Relation chunk, Relation target, const pg::FreezeLimits& limits)
    : columns_(RelationGetDescr(target)),
      state_(begin_heap_rewrite(chunk, target, limits.oldest, limits.xid, limits.multi)),
      row_(AllocSetContextCreate(CurrentMemoryContext, "row version", ALLOCSET_DEFAULT_SIZES)) {}

void VersionWriter::copy(TupleTableSlot* slot) {
  const MemoryContext outer = MemoryContextSwitchTo(row_);
  HeapTuple old_tuple = ExecFetchSlotHeapTuple(slot, false, nullptr);
  slot_getallattrs(slot);
  // Columns that have been dropped are not copied.
  auto* nulls = static_cast<bool*>(palloc(columns_->natts * sizeof(bool) + 1));
  for (int i = 0; i < columns_->natts; ++i) {
    nulls[i] = slot->tts_isnull[i] || TupleDescAttr(columns_, i)->attisdropped;
  }
  rewrite_heap_tuple(state_, old_tuple, heap_form_tuple(columns_, slot->tts_values, nulls));
  MemoryContextSwitchTo(outer);
  MemoryContextReset(row_);
}

void VersionWriter::skip(TupleTableSlot* slot) {
  rewrite_heap_dead_tuple(state_, ExecFetchSlotHeapTuple(slot, false, nullptr));
}

void VersionWriter::add(TupleTableSlot* slot, TransactionId deleter) {
  const MemoryContext outer = MemoryContextSwitchTo(row_);
  HeapTuple tuple = heap_form_tuple(columns_, slot->tts_values, slot->tts_isnull);
  set_history(tuple, deleter);
  HeapTuple copy = heap_copytuple(tuple);
  rewrite_heap_tuple(state_, tuple, copy);
  MemoryContextSwitchTo(outer);
  MemoryContextReset(row_);
}

void VersionWriter::finish() {
  end_heap_rewrite(state_);
  MemoryContextDelete(row_);
}

}  // namespace varve::columnstore
