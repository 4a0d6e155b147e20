#pragma once

#include <span>

#include "extension/pg/postgres.h"
extern "C" {
#include <access/genam.h>
#include <access/relscan.h>
#include <access/tableam.h>
#include <utils/rel.h>
#include <utils/snapmgr.h>
}

// How our own catalog is read. PostgreSQL's catalogs take no part in the conflicts of serializable
// transactions. Ours are tables like any other to it, on whose few pages all hypertables meet:
// transactions that have nothing in common but new chunks would fail each other. Only scans with a
// snapshot of MVCC look for conflicts, so ours see all row versions, and choose themselves.
namespace varve::catalog {

/// Calls `visit(tuple)` for the rows of `table` that `snapshot` sees and `condition`, if there is
/// one, is true of; by way of `index`, if that is valid. Rows that `visit` writes are not met
/// again. C API.
template <class Visit>
void for_each_row(Relation table, Oid index, ScanKey condition, Snapshot snapshot, Visit&& visit) {
  SysScanDesc scan = systable_beginscan(table, index, OidIsValid(index), SnapshotAny,
                                        condition != nullptr ? 1 : 0, condition);
  for (HeapTuple tuple; HeapTupleIsValid(tuple = systable_getnext(scan));) {
    if (table_tuple_satisfies_snapshot(table, scan->slot, snapshot)) visit(tuple);
  }
  systable_endscan(scan);
}

/// The same for the rows as of now.
template <class Visit>
void for_each_row(Relation table, Oid index, ScanKey condition, Visit&& visit) {
  Snapshot now = RegisterSnapshot(GetCatalogSnapshot(RelationGetRelid(table)));
  for_each_row(table, index, condition, now, visit);
  UnregisterSnapshot(now);
}

/// The same in the order of `index`, for the rows that all conditions are true of.
template <class Visit>
void for_each_row_in_order(Relation table, Oid index, std::span<ScanKeyData> conditions,
                           Visit&& visit) {
  Snapshot now = RegisterSnapshot(GetCatalogSnapshot(RelationGetRelid(table)));
  Relation order = index_open(index, AccessShareLock);
  SysScanDesc scan = systable_beginscan_ordered(
      table, order, SnapshotAny, static_cast<int>(conditions.size()), conditions.data());
  for (HeapTuple tuple;
       HeapTupleIsValid(tuple = systable_getnext_ordered(scan, ForwardScanDirection));) {
    if (table_tuple_satisfies_snapshot(table, scan->slot, now)) visit(tuple);
  }
  systable_endscan_ordered(scan);
  index_close(order, AccessShareLock);
  UnregisterSnapshot(now);
}

}  // namespace varve::catalog
