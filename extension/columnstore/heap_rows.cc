#include "extension/columnstore/heap_rows.h"

#include "extension/columnstore/progress.h"

#include "extension/pg/lost_values.h"

extern "C" {
#include <access/htup_details.h>
#include <miscadmin.h>
#include <storage/bufmgr.h>
#include <storage/smgr.h>
}

namespace varve::columnstore {
namespace {

Fate fate_of(HTSV_Result state, HeapTuple tuple, TransactionId oldest) {
  if (state == HEAPTUPLE_DEAD) return Fate::kDead;
  if (state != HEAPTUPLE_LIVE) return Fate::kRecent;
  const bool is_old = TransactionIdPrecedes(HeapTupleHeaderGetXmin(tuple->t_data), oldest);
  return is_old ? Fate::kVisible : Fate::kRecent;
}

HeapTupleData tuple_at(Relation chunk, Page page, BlockNumber block, OffsetNumber row) {
  HeapTupleData tuple;
  ItemId item = PageGetItemId(page, row);
  tuple.t_data = reinterpret_cast<HeapTupleHeader>(PageGetItem(page, item));
  tuple.t_len = ItemIdGetLength(item);
  tuple.t_tableOid = RelationGetRelid(chunk);
  ItemPointerSet(&tuple.t_self, block, row);
  return tuple;
}

}  // namespace

HeapRows::HeapRows(Relation chunk, TransactionId oldest, MovedRows* moved)
    : slot(MakeSingleTupleTableSlot(RelationGetDescr(chunk), &TTSOpsBufferHeapTuple)),
      chunk_(chunk),
      oldest_(oldest),
      moved_(moved),
      strategy_(GetAccessStrategy(BAS_BULKREAD)),
      blocks_(smgrnblocks(RelationGetSmgr(chunk), MAIN_FORKNUM)) {
  if (moved != nullptr) *moved = MovedRows::open(blocks_);
}

HeapRows HeapRows::second_look(Relation chunk, TransactionId oldest, const MovedRows& moved) {
  HeapRows rows(chunk, oldest);
  rows.moved_before_ = &moved;
  return rows;
}

/// What the first look has moved has to be there for everybody still.
void HeapRows::look_again(const Row& row) {
  if (!moved_before_->has(block_, row.number)) {
    rows_[count_++] = row;
  } else if (row.fate == Fate::kVisible) {
    ++still_moved_;
  }
}

/// The buffer is locked.
void HeapRows::load_row(OffsetNumber row, HeapTuple tuple, bool is_all_visible) {
  const HTSV_Result state =
      is_all_visible ? HEAPTUPLE_LIVE : HeapTupleSatisfiesVacuum(tuple, oldest_, buffer_);
  const Fate fate = is_all_visible ? Fate::kVisible : fate_of(state, tuple, oldest_);
  const bool may_lack = state == HEAPTUPLE_RECENTLY_DEAD && HeapTupleHasExternal(tuple);
  if (moved_before_ != nullptr) return look_again({row, fate, may_lack});
  if (fate == Fate::kVisible) visible.advance(HeapTupleHeaderGetXmin(tuple->t_data));
  if (fate == Fate::kDead) dead.advance(HeapTupleHeaderGetUpdateXid(tuple->t_data));
  if (moved_ != nullptr && fate == Fate::kVisible) moved_->add(block_, row);
  if (moved_ != nullptr && fate == Fate::kRecent) moved_->add_other(block_);
  rows_[count_++] = {row, fate, may_lack};
}

/// Reads the next page that has something to give; false at the end.
bool HeapRows::load_page() {
  if (++block_ >= blocks_) return false;
  if (BufferIsValid(buffer_)) ReleaseBuffer(buffer_);
  progress::increase(progress::Count::kPagesRead);
  buffer_ = ReadBufferExtended(chunk_, MAIN_FORKNUM, block_, RBM_NORMAL, strategy_);
  LockBuffer(buffer_, BUFFER_LOCK_SHARE);
  Page page = BufferGetPage(buffer_);
  const XLogRecPtr lsn = RelationNeedsWAL(chunk_) ? BufferGetLSNAtomic(buffer_) : 0;
  at_ = count_ = 0;
  still_moved_ = 0;
  if (moved_ != nullptr) moved_->begin(block_, lsn);
  if (moved_before_ == nullptr || !moved_before_->is_done(block_, lsn)) {
    const bool is_all_visible = PageIsAllVisible(page);
    const OffsetNumber last = PageIsNew(page) ? 0 : PageGetMaxOffsetNumber(page);
    for (OffsetNumber row = FirstOffsetNumber; row <= last; ++row) {
      if (!ItemIdIsNormal(PageGetItemId(page, row))) continue;
      HeapTupleData tuple = tuple_at(chunk_, page, block_, row);
      load_row(row, &tuple, is_all_visible);
    }
    if (moved_before_ != nullptr && still_moved_ != moved_before_->count(block_)) {
      has_changed = true;
    }
  }
  LockBuffer(buffer_, BUFFER_LOCK_UNLOCK);
  return true;
}

bool HeapRows::lacks_values() const {
  slot_getallattrs(slot);
  return pg::has_lost_values(chunk_, slot->tts_values, slot->tts_isnull);
}

bool HeapRows::next(Fate& fate) {
  while (at_ == count_) {
    CHECK_FOR_INTERRUPTS();
    ExecClearTuple(slot);
    if (!load_page()) return false;
  }
  const Row row = rows_[at_++];
  // Pinned, the page keeps its tuples where they are.
  tuple_ = tuple_at(chunk_, BufferGetPage(buffer_), block_, row.number);
  ExecStoreBufferHeapTuple(&tuple_, slot, buffer_);
  fate = row.fate;
  if (row.may_lack_values && lacks_values()) {
    fate = Fate::kDead;
    dead.advance(HeapTupleHeaderGetUpdateXid(tuple_.t_data));
  }
  return true;
}

void HeapRows::end() {
  ExecDropSingleTupleTableSlot(slot);
  if (BufferIsValid(buffer_)) ReleaseBuffer(buffer_);
  buffer_ = InvalidBuffer;
  FreeAccessStrategy(strategy_);
}

}  // namespace varve::columnstore
