#include "extension/continuous_aggregate/late_rows.h"

#include "extension/columnar/handler.h"
#include "extension/columnstore/store.h"

extern "C" {
#include <access/heapam.h>
#include <access/htup_details.h>
#include <access/tableam.h>
#include <miscadmin.h>
#include <storage/smgr.h>
#include <utils/memutils.h>
}

namespace varve::continuous_aggregate {
namespace {

/// Whether rows of row groups are older: a conversion takes none of a transaction that began after
/// it, and the groups tell who wrote them.
bool groups_are_older(Relation chunk, TransactionId since) {
  const columnstore::Store store =
      columnstore::open_store(chunk->rd_rel->reltoastrelid, AccessShareLock);
  columnstore::StoreScan groups(store, columnstore::kGroupKind);
  bool are_older = true;
  while (are_older && groups.next()) are_older = TransactionIdPrecedes(groups.writer, since);
  groups.end();
  columnstore::close_store(store);
  return are_older;
}

bool rows_tell(Relation chunk, TransactionId since) {
  if (columnar::is_columnar_table(chunk)) return groups_are_older(chunk, since);
  return chunk->rd_tableam == GetHeapamTableAmRoutine();
}

}  // namespace

std::optional<Horizon> horizon_of(FullTransactionId since, XLogRecPtr after) {
  // Numbers are compared as those of a circle of 2^32.
  constexpr std::uint64_t kHalfOfSafe = std::uint64_t{1} << 30;
  const std::uint64_t next = U64FromFullTransactionId(ReadNextFullTransactionId());
  const std::uint64_t first = U64FromFullTransactionId(since);
  if (first >= next || next - first > kHalfOfSafe) return std::nullopt;
  return Horizon{XidFromFullTransactionId(since), after};
}

LateRows::LateRows(Relation chunk, Snapshot snapshot, const Horizon& horizon)
    : chunk_(chunk),
      snapshot_(snapshot),
      horizon_(horizon),
      slot_(MakeSingleTupleTableSlot(RelationGetDescr(chunk), &TTSOpsHeapTuple)),
      strategy_(GetAccessStrategy(BAS_BULKREAD)),
      // Of the chunk's own file: rows of row groups have no blocks.
      blocks_(smgrnblocks(RelationGetSmgr(chunk), MAIN_FORKNUM)),
      is_known_(rows_tell(chunk, horizon.since)),
      memory_(AllocSetContextCreate(CurrentMemoryContext, "late rows", ALLOCSET_DEFAULT_SIZES)),
      rows_(static_cast<HeapTuple*>(palloc(sizeof(HeapTuple) * MaxHeapTuplesPerPage))) {}

bool LateRows::next() {
  while (next_ == count_) {
    if (!is_known_ || block_ == blocks_) return false;
    if (!next_page()) return false;
  }
  ExecStoreHeapTuple(rows_[next_++], slot_, false);
  return true;
}

bool LateRows::next_page() {
  CHECK_FOR_INTERRUPTS();
  ExecClearTuple(slot_);
  MemoryContextReset(memory_);
  count_ = next_ = 0;
  Buffer buffer = ReadBufferExtended(chunk_, MAIN_FORKNUM, block_, RBM_NORMAL, strategy_);
  LockBuffer(buffer, BUFFER_LOCK_SHARE);
  if (may_have_late(BufferGetPage(buffer))) find_rows(buffer);
  UnlockReleaseBuffer(buffer);
  ++block_;
  return is_known_;
}

/// A page says where the log of its last change ends. It says nothing where that was not logged: a
/// table that is, or was then, without log.
bool LateRows::may_have_late(Page page) const {
  const XLogRecPtr changed = PageGetLSN(page);
  return XLogRecPtrIsInvalid(changed) || changed > horizon_.after;
}

void LateRows::find_rows(Buffer buffer) {
  Page page = BufferGetPage(buffer);
  const MemoryContext before = MemoryContextSwitchTo(memory_);
  const OffsetNumber last = PageGetMaxOffsetNumber(page);
  for (OffsetNumber i = FirstOffsetNumber; is_known_ && i <= last; i = OffsetNumberNext(i)) {
    ItemId item = PageGetItemId(page, i);
    if (!ItemIdIsNormal(item)) continue;
    auto* header = reinterpret_cast<HeapTupleHeader>(PageGetItem(page, item));
    if (!is_late(header)) continue;
    HeapTupleData row;
    row.t_data = header;
    row.t_len = ItemIdGetLength(item);
    row.t_tableOid = RelationGetRelid(chunk_);
    ItemPointerSet(&row.t_self, block_, i);
    if (HeapTupleSatisfiesVisibility(&row, snapshot_, buffer))
      rows_[count_++] = heap_copytuple(&row);
  }
  MemoryContextSwitchTo(before);
}

bool LateRows::is_late(HeapTupleHeader row) {
  const TransactionId inserter = HeapTupleHeaderGetRawXmin(row);
  // Rows out of row groups have no number of their own.
  if (!TransactionIdIsNormal(inserter)) {
    is_known_ = false;
    return false;
  }
  return TransactionIdFollowsOrEquals(inserter, horizon_.since);
}

void LateRows::end() {
  ExecDropSingleTupleTableSlot(slot_);
  FreeAccessStrategy(strategy_);
  MemoryContextDelete(memory_);
  pfree(rows_);
}

}  // namespace varve::continuous_aggregate
