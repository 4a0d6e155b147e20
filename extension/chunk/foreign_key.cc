// clone_foreign_keys(): the chunk's part of the foreign keys of the hypertable and to it.
//
// A partitioned table's key has one row in pg_constraint for the table and one for each partition;
// the triggers that check and act sit on the partitions, below the parent's triggers.
#include "extension/chunk/attach.h"

extern "C" {
#include <access/attmap.h>
#include <access/htup_details.h>
#include <access/xact.h>
#include <catalog/dependency.h>
#include <catalog/partition.h>
#include <catalog/pg_constraint.h>
#include <catalog/pg_trigger.h>
#include <commands/defrem.h>
#include <commands/trigger.h>
#include <nodes/makefuncs.h>
#include <storage/lmgr.h>
#include <utils/fmgroids.h>
#include <utils/inval.h>
#include <utils/lsyscache.h>
#include <utils/rel.h>
#include <utils/reltrigger.h>
#include <utils/syscache.h>
}

namespace varve::chunk {
namespace {

/// A foreign key as its pg_constraint row says, in memory of its own.
struct ForeignKey {
  FormData_pg_constraint row;  // without its variable part
  int columns;
  AttrNumber referencing[INDEX_MAX_KEYS];
  AttrNumber referenced[INDEX_MAX_KEYS];
  Oid pf_equal[INDEX_MAX_KEYS];
  Oid pp_equal[INDEX_MAX_KEYS];
  Oid ff_equal[INDEX_MAX_KEYS];
  int delete_set_columns;
  AttrNumber delete_set[INDEX_MAX_KEYS];
};

void read_key(Oid constraint, ForeignKey& key) {
  HeapTuple tuple = SearchSysCache1(CONSTROID, ObjectIdGetDatum(constraint));
  if (!HeapTupleIsValid(tuple)) elog(ERROR, "cache lookup failed for constraint %u", constraint);
  key.row = *reinterpret_cast<Form_pg_constraint>(GETSTRUCT(tuple));
  DeconstructFkConstraintRow(tuple, &key.columns, key.referencing, key.referenced, key.pf_equal,
                             key.pp_equal, key.ff_equal, &key.delete_set_columns, key.delete_set);
  ReleaseSysCache(tuple);
}

void renumber(AttrNumber* columns, int count, const AttrMap* numbers) {
  for (int i = 0; i < count; ++i) columns[i] = numbers->attnums[columns[i] - 1];
}

/// The row for the chunk below `key`, whose columns and relations are already the chunk's.
ObjectAddress create_constraint(const ForeignKey& key, const char* name, Oid name_space) {
  const FormData_pg_constraint& row = key.row;
  const Oid oid = CreateConstraintEntry(
      name, name_space, CONSTRAINT_FOREIGN, row.condeferrable, row.condeferred, row.convalidated,
      row.oid, row.conrelid, key.referencing, key.columns, key.columns, InvalidOid, row.conindid,
      row.confrelid, key.referenced, key.pf_equal, key.pp_equal, key.ff_equal, key.columns,
      row.confupdtype, row.confdeltype, key.delete_set, key.delete_set_columns, row.confmatchtype,
      nullptr, nullptr, nullptr, false, 1, false, false);
  ObjectAddress address;
  ObjectAddressSet(address, ConstraintRelationId, oid);
  return address;
}

/// What a trigger of the key looks like on the chunk: as the parent's.
void create_trigger(const Trigger& above, Oid chunk, Oid other, Oid constraint, Oid index) {
  CreateTrigStmt* definition = makeNode(CreateTrigStmt);
  definition->isconstraint = true;
  definition->trigname =
      pstrdup(RI_FKey_trigger_type(above.tgfoid) == RI_TRIGGER_FK ? "RI_ConstraintTrigger_c"
                                                                  : "RI_ConstraintTrigger_a");
  definition->row = true;
  definition->timing = TRIGGER_TYPE_AFTER;
  definition->events = above.tgtype & TRIGGER_TYPE_EVENT_MASK;
  definition->deferrable = above.tgdeferrable;
  definition->initdeferred = above.tginitdeferred;
  CreateTriggerFiringOn(definition, nullptr, chunk, other, constraint, index, above.tgfoid,
                        above.tgoid, nullptr, true, false, above.tgenabled);
  CommandCounterIncrement();
}

/// The triggers of `parent` that belong to `constraint` and are of one side, copied to the chunk.
void clone_triggers(const TriggerDesc* triggers, Oid constraint, int side, Oid chunk, Oid other,
                    Oid chunk_constraint, Oid index) {
  for (int i = 0; triggers != nullptr && i < triggers->numtriggers; ++i) {
    const Trigger& trigger = triggers->triggers[i];
    if (trigger.tgconstraint != constraint || !trigger.tgisinternal) continue;
    if (RI_FKey_trigger_type(trigger.tgfoid) != side) continue;
    create_trigger(trigger, chunk, other, chunk_constraint, index);
  }
}

/// A key of the hypertable: the chunk's rows reference another table.
void clone_outgoing(Oid constraint, Relation parent, Relation chunk, const TriggerDesc* triggers) {
  ForeignKey key;
  read_key(constraint, key);
  const AttrMap* numbers = build_attrmap_by_name(RelationGetDescr(chunk), RelationGetDescr(parent));
  renumber(key.referencing, key.columns, numbers);
  renumber(key.delete_set, key.delete_set_columns, numbers);
  key.row.conrelid = RelationGetRelid(chunk);
  const ObjectAddress address =
      create_constraint(key, NameStr(key.row.conname), RelationGetNamespace(chunk));

  // It goes with the chunk or with the key of the hypertable, whichever is dropped.
  ObjectAddress up;
  ObjectAddressSet(up, ConstraintRelationId, constraint);
  recordDependencyOn(&address, &up, DEPENDENCY_PARTITION_PRI);
  ObjectAddressSet(up, RelationRelationId, RelationGetRelid(chunk));
  recordDependencyOn(&address, &up, DEPENDENCY_PARTITION_SEC);
  CommandCounterIncrement();
  clone_triggers(triggers, constraint, RI_TRIGGER_FK, RelationGetRelid(chunk), key.row.confrelid,
                 address.objectId, key.row.conindid);
}

/// A name of its own among the constraints of the referencing table, found without trying one for
/// each chunk that exists.
char* name_for(const ForeignKey& key, std::int32_t chunk_id) {
  char* name = makeObjectName(NameStr(key.row.conname), psprintf("%d", chunk_id), nullptr);
  if (!ConstraintNameIsUsed(CONSTRAINT_RELATION, key.row.conrelid, name)) return name;
  return ChooseConstraintName(NameStr(key.row.conname), psprintf("%d", chunk_id), "fkey",
                              get_rel_namespace(key.row.conrelid), NIL);
}

/// A key to the hypertable: rows of another table reference the chunk's.
void clone_incoming(Oid constraint, Relation parent, Relation chunk, std::int32_t chunk_id,
                    const TriggerDesc* triggers) {
  ForeignKey key;
  read_key(constraint, key);
  renumber(key.referenced, key.columns,
           build_attrmap_by_name(RelationGetDescr(chunk), RelationGetDescr(parent)));
  key.row.confrelid = RelationGetRelid(chunk);
  key.row.conindid = index_get_partition(chunk, key.row.conindid);
  if (!OidIsValid(key.row.conindid)) {
    elog(ERROR, "chunk \"%s\" lacks the index of foreign key \"%s\"",
         RelationGetRelationName(chunk), NameStr(key.row.conname));
  }
  const ObjectAddress address =
      create_constraint(key, name_for(key, chunk_id), get_rel_namespace(key.row.conrelid));

  // It goes with the key alone. A chunk that is referenced cannot be dropped, but by drop_chunks().
  ObjectAddress up;
  ObjectAddressSet(up, ConstraintRelationId, constraint);
  recordDependencyOn(&address, &up, DEPENDENCY_INTERNAL);
  CommandCounterIncrement();
  CacheInvalidateRelcacheByRelid(key.row.conrelid);
  clone_triggers(triggers, constraint, RI_TRIGGER_PK, RelationGetRelid(chunk), key.row.conrelid,
                 address.objectId, key.row.conindid);
}

/// Whether the key is below another of `keys`. One that references a partitioned table has a row
/// for each partition of that table, which PostgreSQL needs for the top of the referencing side
/// alone.
bool is_part_of(Oid constraint, List* keys) {
  ForeignKey key;
  read_key(constraint, key);
  return list_member_oid(keys, key.row.conparentid);
}

}  // namespace

void clone_foreign_keys(Relation parent, Relation chunk, std::int32_t chunk_id) {
  const TriggerDesc* triggers = CopyTriggerDesc(parent->trigdesc);
  if (triggers == nullptr) return;

  List* outgoing = NIL;
  ListCell* cell;
  foreach (cell, RelationGetFKeyList(parent)) {
    outgoing = lappend_oid(outgoing, lfirst_node(ForeignKeyCacheInfo, cell)->conoid);
  }
  foreach (cell, outgoing) {
    if (!is_part_of(lfirst_oid(cell), outgoing)) {
      clone_outgoing(lfirst_oid(cell), parent, chunk, triggers);
    }
  }

  // A key to the parent has its action triggers there, which spares a scan of pg_constraint, which
  // has no index by referenced table.
  List* incoming = NIL;
  for (int i = 0; i < triggers->numtriggers; ++i) {
    const Trigger& trigger = triggers->triggers[i];
    if (trigger.tgisinternal && RI_FKey_trigger_type(trigger.tgfoid) == RI_TRIGGER_PK) {
      incoming = list_append_unique_oid(incoming, trigger.tgconstraint);
    }
  }
  foreach (cell, incoming) {
    clone_incoming(lfirst_oid(cell), parent, chunk, chunk_id, triggers);
  }
}

}  // namespace varve::chunk
