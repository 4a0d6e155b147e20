#include "extension/columnar/row_lock.h"

#include "extension/columnar/tid.h"

#include "extension/pg/postgres.h"
extern "C" {
#include <access/heapam.h>
#include <access/xact.h>
#include <miscadmin.h>
#include <storage/bufmgr.h>
#include <utils/rel.h>
}

namespace varve::columnar {
namespace {

[[noreturn]] void raise_not_available(Relation chunk) {
  ereport(ERROR, (errcode(ERRCODE_LOCK_NOT_AVAILABLE),
                  errmsg("could not obtain lock on row in relation \"%s\"",
                         RelationGetRelationName(chunk))));
  pg_unreachable();
}

/// Waits for the end of a transaction; false where the policy does not allow it.
bool wait_for(TransactionId xid, Relation chunk, const RowRequest& request) {
  if (request.policy == LockWaitBlock) {
    ItemPointerData tid;
    set_tid(&tid, request.id);
    XactLockTableWait(xid, chunk, &tid, request.purpose);
    return true;
  }
  if (ConditionalXactLockTableWait(xid)) return true;
  if (request.policy == LockWaitError) raise_not_available(chunk);
  return false;
}

/// A row that is deleted for good, or by this transaction.
TM_Result result_of(const RowHeader& tombstone, const RowRequest& request,
                    TM_FailureData* failure) {
  const bool is_replaced = ItemPointerIsValid(&tombstone.forward);
  if (is_replaced) {
    failure->ctid = tombstone.forward;
  } else {
    set_tid(&failure->ctid, request.id);
  }
  failure->xmax = tombstone.xmin;
  failure->cmax = InvalidCommandId;
  if (TransactionIdIsCurrentTransactionId(tombstone.xmin)) {
    if (tombstone.cmin < request.cid) return TM_Invisible;
    failure->cmax = tombstone.cmin;
    return TM_SelfModified;
  }
  return is_replaced ? TM_Updated : TM_Deleted;
}

/// Locks the carrier. TM_Updated and TM_Deleted: it is one no longer, look again.
TM_Result lock_carrier(Relation chunk, RowHeaders& headers, const RowHeader& carrier,
                       const RowRequest& request) {
  HeapTupleData tuple;
  tuple.t_self = carrier.tid;
  Buffer buffer = InvalidBuffer;
  TM_FailureData failure;
  // The error of a lock that is not to be had should name the chunk, not its TOAST relation.
  const LockWaitPolicy policy = request.policy == LockWaitError ? LockWaitSkip : request.policy;
  const TM_Result result = heap_lock_tuple(headers.toast(), &tuple, request.cid, request.mode,
                                           policy, false, &buffer, &failure);
  ReleaseBuffer(buffer);
  if (result == TM_WouldBlock && request.policy == LockWaitError) raise_not_available(chunk);
  return result;
}

/// The lock of the TID under which sessions queue for a row, in the modes that heap has for it.
LOCKMODE queue_mode(LockTupleMode mode) {
  switch (mode) {
    case LockTupleKeyShare: return AccessShareLock;
    case LockTupleShare: return RowShareLock;
    case LockTupleNoKeyExclusive: return ExclusiveLock;
    case LockTupleExclusive: return AccessExclusiveLock;
  }
  return AccessExclusiveLock;
}

/// Queues for the row; false where the policy does not allow to wait.
bool enqueue(Relation chunk, const RowRequest& request) {
  ItemPointerData tid;
  set_tid(&tid, request.id);
  const LOCKMODE mode = queue_mode(request.mode);
  if (request.policy == LockWaitBlock) {
    LockTuple(chunk, &tid, mode);
    return true;
  }
  if (ConditionalLockTuple(chunk, &tid, mode)) return true;
  if (request.policy == LockWaitError) raise_not_available(chunk);
  return false;
}

/// What guard() locks: a TID that is no row's, in the first block of the vector.
ItemPointerData guard_of(RowId id) {
  constexpr OffsetNumber kGuard = 0x4000;
  const auto first = static_cast<std::uint16_t>(id.row / kBitmapRows * kBitmapRows);
  ItemPointerData tid;
  ItemPointerSet(&tid, block_of({id.group, first}), kGuard);
  return tid;
}

/// One attempt at a row with a header; TM_BeingModified: look again.
TM_Result try_acquire(Relation chunk, RowHeaders& headers, const RowRequest& request, RowHold* hold,
                      TM_FailureData* failure) {
  const RowHeader& header = hold->header;
  if (header.is_dead()) {
    if (!TransactionIdIsValid(header.deleter)) return result_of(header, request, failure);
    if (!hold->is_queued) {
      hold->is_queued = enqueue(chunk, request);
      return hold->is_queued ? TM_BeingModified : TM_WouldBlock;
    }
    return wait_for(header.deleter, chunk, request) ? TM_BeingModified : TM_WouldBlock;
  }
  const TM_Result result = lock_carrier(chunk, headers, header, request);
  return result == TM_Ok || result == TM_WouldBlock ? result : TM_BeingModified;
}

TM_Result acquire_or_fail(Relation chunk, RowHeaders& headers, const RowRequest& request,
                          RowHold* hold, TM_FailureData* failure) {
  for (;;) {
    CHECK_FOR_INTERRUPTS();
    hold->header = headers.find_header(request.id);
    if (hold->header.kind == RowHeader::Kind::kNone) {
      guard(chunk, request.id);
      hold->header = headers.find_dirty(request.id);
      if (hold->header.kind == RowHeader::Kind::kNone && !request.needs_carrier) {
        hold->is_guarded = true;
        return TM_Ok;
      }
      const bool is_new = hold->header.kind == RowHeader::Kind::kNone;
      if (is_new) headers.insert_carrier(request.id);
      unguard(chunk, request.id);
      if (is_new) continue;
    }
    const TM_Result result = try_acquire(chunk, headers, request, hold, failure);
    if (result != TM_BeingModified) return result;
  }
}

}  // namespace

void guard(Relation chunk, RowId id) {
  ItemPointerData tid = guard_of(id);
  LockTuple(chunk, &tid, ExclusiveLock);
}

void unguard(Relation chunk, RowId id) {
  ItemPointerData tid = guard_of(id);
  UnlockTuple(chunk, &tid, ExclusiveLock);
}

TM_Result acquire(Relation chunk, RowHeaders& headers, const RowRequest& request, RowHold* hold,
                  TM_FailureData* failure) {
  hold->is_guarded = hold->is_queued = false;
  const TM_Result result = acquire_or_fail(chunk, headers, request, hold, failure);
  if (result != TM_Ok) release(chunk, request, *hold);
  return result;
}

void release(Relation chunk, const RowRequest& request, const RowHold& hold) {
  if (hold.is_guarded) unguard(chunk, request.id);
  if (!hold.is_queued) return;
  ItemPointerData tid;
  set_tid(&tid, request.id);
  UnlockTuple(chunk, &tid, queue_mode(request.mode));
}

TM_Result lock_row(Relation chunk, RowHeaders& headers, const RowRequest& request,
                   TM_FailureData* failure) {
  RowHold hold;
  const TM_Result result = acquire(chunk, headers, request, &hold, failure);
  if (result == TM_Ok) release(chunk, request, hold);
  return result;
}

}  // namespace varve::columnar
