// Taking a chunk out of its hypertable, with locks on the chunk alone.
#include "extension/chunk/unlink.h"

#include "extension/chunk/landing.h"

extern "C" {
#include <access/htup_details.h>
#include <access/table.h>
#include <access/xact.h>
#include <catalog/dependency.h>
#include <catalog/indexing.h>
#include <catalog/partition.h>
#include <catalog/pg_class.h>
#include <catalog/pg_constraint.h>
#include <catalog/pg_inherits.h>
#include <catalog/pg_trigger.h>
#include <commands/tablecmds.h>
#include <commands/trigger.h>
#include <utils/inval.h>
#include <utils/lsyscache.h>
#include <utils/rel.h>
#include <utils/reltrigger.h>
#include <utils/rls.h>
#include <utils/syscache.h>
}

namespace varve::chunk {
namespace {

bool acts_for_incoming_key(const Trigger& trigger) {
  return trigger.tgisinternal && RI_FKey_trigger_type(trigger.tgfoid) == RI_TRIGGER_PK;
}

void require_all_visible(Relation table, Relation chunk) {
  if (check_enable_rls(RelationGetRelid(table), InvalidOid, true) != RLS_ENABLED) return;
  ereport(ERROR, (errcode(ERRCODE_INSUFFICIENT_PRIVILEGE),
                  errmsg("row-level security of \"%s\" may hide rows that reference chunk \"%s\"",
                         RelationGetRelationName(table), RelationGetRelationName(chunk)),
                  errhint("Let a role drop the chunk that sees all rows of the table.")));
}

/// Reports a row of the referencing table that still references one of the chunk's.
void check_unreferenced(Relation chunk, const Trigger& action) {
  // Our lock on the chunk has waited for all who referenced its rows, and lets no one begin to: no
  // lock on the referencing table has to do that, so its writers go on.
  Relation referencing = table_open(action.tgconstrrelid, AccessShareLock);
  // The check is a query of both tables, in the user's name.
  require_all_visible(referencing, chunk);
  require_all_visible(chunk, chunk);
  Trigger trigger = {};
  trigger.tgname = get_constraint_name(action.tgconstraint);
  trigger.tgenabled = TRIGGER_FIRES_ON_ORIGIN;
  trigger.tgisinternal = true;
  trigger.tgconstrrelid = RelationGetRelid(chunk);
  trigger.tgconstrindid = action.tgconstrindid;
  trigger.tgconstraint = action.tgconstraint;
  RI_PartitionRemove_Check(&trigger, referencing, chunk);
  table_close(referencing, NoLock);
}

/// The chunk's part of a foreign key to the hypertable, by hand: performDeletion() would drop the
/// whole key, and lock the referencing table against everybody.
void drop_key_part(Oid constraint, Oid referencing) {
  HeapTuple tuple = SearchSysCache1(CONSTROID, ObjectIdGetDatum(constraint));
  if (!HeapTupleIsValid(tuple)) return;  // gone with the other of the key's two triggers
  Relation table = table_open(ConstraintRelationId, RowExclusiveLock);
  CatalogTupleDelete(table, &tuple->t_self);
  table_close(table, RowExclusiveLock);
  ReleaseSysCache(tuple);
  deleteDependencyRecordsFor(ConstraintRelationId, constraint, false);
  CacheInvalidateRelcacheByRelid(referencing);
  CommandCounterIncrement();
}

}  // namespace

bool is_partition_of(Oid chunk, Oid parent) {
  return SearchSysCacheExists1(RELOID, ObjectIdGetDatum(chunk)) && get_rel_relispartition(chunk) &&
         get_partition_parent(chunk, true) == parent;
}

void drop_trigger(Oid trigger) {
  deleteDependencyRecordsFor(TriggerRelationId, trigger, false);
  CommandCounterIncrement();
  ObjectAddress address;
  ObjectAddressSet(address, TriggerRelationId, trigger);
  performDeletion(&address, DROP_RESTRICT, PERFORM_DELETION_INTERNAL);
  CommandCounterIncrement();
}

void require_unreferenced(Oid part) {
  Relation relation = table_open(part, NoLock);
  const TriggerDesc* triggers = CopyTriggerDesc(relation->trigdesc);
  for (int i = 0; triggers != nullptr && i < triggers->numtriggers; ++i) {
    const Trigger& trigger = triggers->triggers[i];
    if (acts_for_incoming_key(trigger) && TRIGGER_FOR_DELETE(trigger.tgtype)) {
      check_unreferenced(relation, trigger);
    }
  }
  table_close(relation, NoLock);
}

void leave_incoming_keys(Oid part) {
  // What lies below has its parts of the keys below these.
  ListCell* cell;
  foreach (cell, find_inheritance_children(part, NoLock)) leave_incoming_keys(lfirst_oid(cell));
  Relation relation = table_open(part, AccessExclusiveLock);
  const TriggerDesc* triggers = CopyTriggerDesc(relation->trigdesc);
  table_close(relation, NoLock);
  for (int i = 0; triggers != nullptr && i < triggers->numtriggers; ++i) {
    const Trigger& trigger = triggers->triggers[i];
    if (!acts_for_incoming_key(trigger)) continue;
    drop_trigger(trigger.tgoid);
    drop_key_part(trigger.tgconstraint, trigger.tgconstrrelid);
  }
}

void unlink_from(Oid parent, Oid chunk) {
  DeleteInheritsTuple(chunk, parent, false, nullptr);
  Relation table = table_open(RelationRelationId, RowExclusiveLock);
  HeapTuple old = SearchSysCacheCopy1(RELOID, ObjectIdGetDatum(chunk));
  Datum values[Natts_pg_class] = {};
  bool nulls[Natts_pg_class] = {};
  bool replaced[Natts_pg_class] = {};
  nulls[Anum_pg_class_relpartbound - 1] = replaced[Anum_pg_class_relpartbound - 1] = true;
  HeapTuple tuple = heap_modify_tuple(old, RelationGetDescr(table), values, nulls, replaced);
  reinterpret_cast<Form_pg_class>(GETSTRUCT(tuple))->relispartition = false;
  CatalogTupleUpdate(table, &tuple->t_self, tuple);
  table_close(table, RowExclusiveLock);
  CacheInvalidateRelcacheByRelid(parent);
  invalidate_landing(parent);
  CommandCounterIncrement();
}

}  // namespace varve::chunk
