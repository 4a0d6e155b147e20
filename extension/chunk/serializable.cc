#include "extension/chunk/serializable.h"

extern "C" {
#include <access/genam.h>
#include <access/htup_details.h>
#include <access/parallel.h>
#include <access/subtrans.h>
#include <access/table.h>
#include <access/transam.h>
#include <access/xact.h>
#include <catalog/indexing.h>
#include <catalog/pg_inherits.h>
#include <storage/predicate.h>
#include <storage/procarray.h>
#include <utils/fmgroids.h>
#include <utils/snapmgr.h>
}

namespace varve::chunk {
namespace {

/// No transaction that overlaps one of this session has a snapshot that lacks what an older one has
/// committed. Taken when the session's last transaction ended: at any later time, readers whose
/// snapshot was older still may have come and gone while the next transaction runs.
TransactionId seen_by_all = InvalidTransactionId;

void on_end_of_transaction(XactEvent event, void*) {
  if (!IsolationIsSerializable()) return;
  if (event != XACT_EVENT_COMMIT && event != XACT_EVENT_ABORT && event != XACT_EVENT_PREPARE) {
    return;
  }
  seen_by_all = GetOldestNonRemovableTransactionId(nullptr);
}

/// The maker of a child that `snapshot` cannot see: running, or committed too late.
void check_maker(Relation parent, TransactionId maker, Snapshot snapshot) {
  if (!TransactionIdIsNormal(maker) || !XidInMVCCSnapshot(maker, snapshot)) return;
  if (TransactionIdIsCurrentTransactionId(maker)) return;
  const TransactionId top = SubTransGetTopmostTransaction(maker);
  if (TransactionIdPrecedes(top, TransactionXmin)) return;
  CheckForSerializableConflictOut(parent, top, snapshot);
}

}  // namespace

void before_reading(Relation parent) {
  if (!IsolationIsSerializable() || IsParallelWorker()) return;
  Snapshot snapshot = GetTransactionSnapshot();
  if (!CheckForSerializableConflictOutNeeded(parent, snapshot)) return;
  PredicateLockRelation(parent, snapshot);

  Relation inherits = table_open(InheritsRelationId, AccessShareLock);
  ScanKeyData key;
  ScanKeyInit(&key, Anum_pg_inherits_inhparent, BTEqualStrategyNumber, F_OIDEQ,
              ObjectIdGetDatum(RelationGetRelid(parent)));
  SysScanDesc scan =
      systable_beginscan(inherits, InheritsParentIndexId, true, SnapshotAny, 1, &key);
  for (HeapTuple tuple = systable_getnext(scan); HeapTupleIsValid(tuple);
       tuple = systable_getnext(scan)) {
    check_maker(parent, HeapTupleHeaderGetXmin(tuple->t_data), snapshot);
  }
  systable_endscan(scan);
  table_close(inherits, AccessShareLock);
}

void before_writing(Relation parent, TransactionId made_by) {
  if (!IsolationIsSerializable()) return;
  if (TransactionIdIsNormal(seen_by_all) && TransactionIdPrecedes(made_by, seen_by_all)) return;
  CheckForSerializableConflictIn(parent, nullptr, InvalidBlockNumber);
}

void install_serializable() { RegisterXactCallback(on_end_of_transaction, nullptr); }

}  // namespace varve::chunk
