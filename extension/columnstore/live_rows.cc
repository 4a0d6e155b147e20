#include "extension/columnstore/live_rows.h"

#include "kernel/codec/validity.h"

#include "extension/columnstore/progress.h"

extern "C" {
#include <access/heapam.h>
#include <access/transam.h>
#include <access/xact.h>
#include <miscadmin.h>
#include <storage/bufmgr.h>
#include <utils/snapmgr.h>
}

namespace varve::columnstore {
namespace {

constexpr std::size_t kDeadWords = codec::kMaxRows / 64;

}  // namespace

GroupRows::GroupRows(Relation chunk, TransactionId oldest, const GroupNumbers& carried)
    : slot(MakeSingleTupleTableSlot(RelationGetDescr(chunk), &TTSOpsVirtual)),
      deleter(InvalidTransactionId),
      oldest_(oldest),
      carried_(carried),
      reader_(Reader::open(chunk)),
      dead_(static_cast<std::uint64_t*>(palloc(kDeadWords * sizeof(std::uint64_t)))) {
  if (!reader_->groups().empty()) headers_ = columnar::RowHeaders::open(chunk, AccessShareLock);
}

bool GroupRows::is_carried(const GroupInfo& group) const {
  return carried_.of[group.number] != GroupNumbers::kNone;
}

bool GroupRows::next_row() {
  const auto groups = reader_->groups();
  while (group_ < groups.size() && (row_ == groups[group_].rows || is_carried(groups[group_]))) {
    ++group_;
    row_ = 0;
  }
  if (group_ == groups.size()) return false;
  if (row_ == 0) {
    progress::increase(progress::Count::kGroupsRead);
    memset(dead_, 0, kDeadWords * sizeof(std::uint64_t));
    headers_.dead_rows(groups[group_].number, 0, columnar::kVectorsOfGroup - 1, SnapshotSelf,
                       dead_);
  }
  return true;
}

Fate GroupRows::fate_of() {
  if ((dead_[row_ / 64] >> row_ % 64 & 1) == 0) return Fate::kVisible;
  const std::uint16_t number = reader_->groups()[group_].number;
  const auto header = headers_.find({number, static_cast<std::uint16_t>(row_)}, SnapshotSelf);
  deleter = header.xmin;
  // One that is frozen, or whose transaction ended before all that run, is dead to everybody.
  const bool is_recent = TransactionIdIsNormal(deleter) && !TransactionIdPrecedes(deleter, oldest_);
  if (is_recent) return Fate::kRecent;
  horizon.advance(deleter);
  return Fate::kDead;
}

bool GroupRows::next(Fate& fate) {
  CHECK_FOR_INTERRUPTS();
  if (!next_row()) return false;
  ExecClearTuple(slot);
  fate = fate_of();
  if (fate != Fate::kDead) {
    reader_->row(reader_->groups()[group_].number, row_, nullptr, slot->tts_values,
                 slot->tts_isnull);
    ExecStoreVirtualTuple(slot);
  }
  ++row_;
  return true;
}

void GroupRows::end() {
  ExecDropSingleTupleTableSlot(slot);
  headers_.close();
  reader_->close();
  pfree(dead_);
}

}  // namespace varve::columnstore
