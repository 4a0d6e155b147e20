#include "extension/chunk/bounds_version.h"

extern "C" {
#include <access/genam.h>
#include <access/htup_details.h>
#include <access/table.h>
#include <access/xact.h>
#include <catalog/indexing.h>
#include <catalog/pg_inherits.h>
#include <catalog/pg_partitioned_table.h>
#include <storage/lmgr.h>
#include <utils/fmgroids.h>
#include <utils/guc.h>
#include <utils/snapmgr.h>
#include <utils/syscache.h>
}

namespace varve::chunk {
namespace {

int pause_ms = 0;
bool changed = false;  // by this transaction

/// Calls `visit` with the row of pg_partitioned_table that the next catalog look-ups see, too.
template <class Visit>
void with_row(Oid parent, LOCKMODE mode, Visit&& visit) {
  Relation table = table_open(PartitionedRelationId, mode);
  ScanKeyData key;
  ScanKeyInit(&key, Anum_pg_partitioned_table_partrelid, BTEqualStrategyNumber, F_OIDEQ,
              ObjectIdGetDatum(parent));
  // The snapshot for catalogs is kept until a message arrives; that is what must not matter here.
  InvalidateCatalogSnapshot();
  SysScanDesc scan = systable_beginscan(table, PartitionedRelidIndexId, true, nullptr, 1, &key);
  HeapTuple row = systable_getnext(scan);
  if (!HeapTupleIsValid(row)) elog(ERROR, "relation %u is not partitioned", parent);
  visit(table, row);
  systable_endscan(scan);
  table_close(table, mode);
}

// The interval that a test has to meet is a few microseconds long.
void on_end_of_transaction(XactEvent event, void*) {
  if (event == XACT_EVENT_COMMIT && changed && pause_ms > 0) pg_usleep(pause_ms * 1000L);
  if (event == XACT_EVENT_COMMIT || event == XACT_EVENT_ABORT) changed = false;
}

}  // namespace

BoundsVersion bounds_version(Oid parent) {
  BoundsVersion version = {};
  with_row(parent, AccessShareLock, [&](Relation, HeapTuple row) {
    version = {HeapTupleHeaderGetRawXmin(row->t_data), row->t_self};
  });
  return version;
}

void change_bounds_version(Oid parent) {
  with_row(parent, RowExclusiveLock, [](Relation table, HeapTuple row) {
    HeapTuple same = heap_copytuple(row);
    CatalogTupleUpdate(table, &same->t_self, same);
    heap_freetuple(same);
  });
  changed = true;
  CommandCounterIncrement();
}

void forget_bounds(Oid parent) {
  List* chunks = find_inheritance_children(parent, NoLock);
  ListCell* cell;
  foreach (cell, chunks) {
    SysCacheInvalidate(RELOID, GetSysCacheHashValue1(RELOID, ObjectIdGetDatum(lfirst_oid(cell))));
  }
  list_free(chunks);
}

void install_bounds_version() {
  DefineCustomIntVariable("varve.pause_at_commit",
                          "Waits when a transaction that changed ranges of chunks is visible to "
                          "others, but they have not been told yet.",
                          "For tests of what happens meanwhile.", &pause_ms, 0, 0, 60000, PGC_SUSET,
                          GUC_NOT_IN_SAMPLE | GUC_UNIT_MS, nullptr, nullptr, nullptr);
  RegisterXactCallback(on_end_of_transaction, nullptr);
}

}  // namespace varve::chunk
