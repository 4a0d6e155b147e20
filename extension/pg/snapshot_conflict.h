#pragma once

#include "extension/pg/postgres.h"
extern "C" {
#include <access/nbtxlog.h>
#include <access/transam.h>
#include <access/xlog.h>
#include <access/xloginsert.h>
#include <utils/rel.h>
}

namespace varve::pg {

/// Tells standbys that snapshots to which `newest` is still running must go before they replay what
/// follows, as far as they are of this database: it is about to become visible, or to be gone, to
/// all. The record is that of a page of an index that is used again, which changes nothing else.
/// C API.
inline void log_snapshot_conflict(Relation index, TransactionId newest) {
  if (!TransactionIdIsNormal(newest) || !XLogStandbyInfoActive() || !RelationNeedsWAL(index)) {
    return;
  }
  // With the epoch: `newest` is not in the future.
  const FullTransactionId next = ReadNextFullTransactionId();
  std::uint64_t full = U64FromFullTransactionId(next);
  full -= static_cast<std::uint32_t>(XidFromFullTransactionId(next) - newest);
  xl_btree_reuse_page record = {};
  record.block = 0;
#if PG_VERSION_NUM < 160000
  record.node = index->rd_node;
  record.latestRemovedFullXid = FullTransactionIdFromU64(full);
#else
  record.locator = index->rd_locator;
  record.snapshotConflictHorizon = FullTransactionIdFromU64(full);
#endif
  XLogBeginInsert();
  XLogRegisterData(reinterpret_cast<char*>(&record), SizeOfBtreeReusePage);
  XLogInsert(RM_BTREE_ID, XLOG_BTREE_REUSE_PAGE);
}

}  // namespace varve::pg
