#include "extension/chunk/parent_mark.h"

#include "extension/chunk/partition_descriptor.h"

extern "C" {
#include <access/htup_details.h>
#include <access/xact.h>
#include <catalog/pg_class.h>
#include <catalog/pg_inherits.h>
#include <commands/tablecmds.h>
#include <miscadmin.h>
#include <storage/lmgr.h>
#include <utils/lsyscache.h>
#include <utils/syscache.h>
}

namespace varve::chunk {
namespace {

/// Whether `chunk` cannot vanish before this transaction ends.
bool hold(Oid chunk) {
  LockRelationOid(chunk, AccessShareLock);
  HeapTuple tuple = SearchSysCache1(RELOID, ObjectIdGetDatum(chunk));
  bool is_chunk = false;
  if (HeapTupleIsValid(tuple)) {
    is_chunk = reinterpret_cast<Form_pg_class>(GETSTRUCT(tuple))->relispartition;
    ReleaseSysCache(tuple);
  }
  if (!is_chunk) UnlockRelationOid(chunk, AccessShareLock);
  return is_chunk;
}

/// The newest chunk, since that is the last one that retention wants. False where there is none.
bool hold_newest_chunk(Relation parent) {
  for (;;) {
    CHECK_FOR_INTERRUPTS();
    const PartitionDescData* descriptor = fresh_partition_descriptor(parent);
    if (descriptor->nparts == 0) return false;
    if (hold(descriptor->oids[descriptor->nparts - 1])) return true;
  }
}

/// Has a chunk stay, or keeps ANALYZE out. Of all who wait for the first chunk only those keep the
/// lock who have to make it themselves.
void hold_children(Relation parent) {
  while (!CheckRelationLockedByMe(parent, ShareUpdateExclusiveLock, true)) {
    if (hold_newest_chunk(parent)) return;
    LockRelationOid(RelationGetRelid(parent), ShareUpdateExclusiveLock);
    if (fresh_partition_descriptor(parent)->nparts == 0) return;
    UnlockRelationOid(RelationGetRelid(parent), ShareUpdateExclusiveLock);
  }
}

}  // namespace

void hold_parent_mark(Relation parent) {
  hold_children(parent);
  mark_as_parent(RelationGetRelid(parent));
  ListCell* cell;
  foreach (cell, RelationGetIndexList(parent)) {
    const Oid index = lfirst_oid(cell);
    if (get_rel_relkind(index) == RELKIND_PARTITIONED_INDEX) mark_as_parent(index);
  }
}

void mark_as_parent(Oid parent) {
  if (has_subclass(parent)) return;
  LockRelationOid(parent, ShareUpdateExclusiveLock);
  if (has_subclass(parent)) return UnlockRelationOid(parent, ShareUpdateExclusiveLock);
  SetRelationHasSubclass(parent, true);
  CommandCounterIncrement();
}

}  // namespace varve::chunk
