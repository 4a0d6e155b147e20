#include "extension/chunk/maintain/independent.h"

#include "extension/chunk/unlink.h"

extern "C" {
#include <access/genam.h>
#include <access/htup_details.h>
#include <access/table.h>
#include <access/xact.h>
#include <catalog/index.h>
#include <catalog/indexing.h>
#include <catalog/pg_attribute.h>
#include <catalog/pg_class.h>
#include <catalog/pg_constraint.h>
#include <catalog/pg_inherits.h>
#include <catalog/pg_trigger.h>
#include <commands/trigger.h>
#include <nodes/makefuncs.h>
#include <utils/fmgroids.h>
#include <utils/lsyscache.h>
#include <utils/rel.h>
#include <utils/reltrigger.h>
#include <utils/syscache.h>
}

namespace varve::chunk {
namespace {

void own_columns(Relation chunk) {
  Relation table = table_open(AttributeRelationId, RowExclusiveLock);
  for (AttrNumber number = 1; number <= RelationGetNumberOfAttributes(chunk); ++number) {
    HeapTuple tuple = SearchSysCacheCopyAttNum(RelationGetRelid(chunk), number);
    if (!HeapTupleIsValid(tuple)) continue;  // dropped
    auto* column = reinterpret_cast<Form_pg_attribute>(GETSTRUCT(tuple));
    if (column->attinhcount > 0 && --column->attinhcount == 0) column->attislocal = true;
    CatalogTupleUpdate(table, &tuple->t_self, tuple);
  }
  table_close(table, RowExclusiveLock);
}

void own_checks(Relation chunk) {
  ScanKeyData key;
  ScanKeyInit(&key, Anum_pg_constraint_conrelid, BTEqualStrategyNumber, F_OIDEQ,
              ObjectIdGetDatum(RelationGetRelid(chunk)));
  Relation table = table_open(ConstraintRelationId, RowExclusiveLock);
  SysScanDesc scan =
      systable_beginscan(table, ConstraintRelidTypidNameIndexId, true, nullptr, 1, &key);
  HeapTuple tuple;
  while (HeapTupleIsValid(tuple = systable_getnext(scan))) {
    HeapTuple changed = heap_copytuple(tuple);
    auto* check = reinterpret_cast<Form_pg_constraint>(GETSTRUCT(changed));
    if (check->contype != CONSTRAINT_CHECK || check->coninhcount == 0) continue;
    if (--check->coninhcount == 0) check->conislocal = true;
    CatalogTupleUpdate(table, &changed->t_self, changed);
  }
  systable_endscan(scan);
  table_close(table, RowExclusiveLock);
}

/// The constraint above `constraint`, or InvalidOid.
Oid parent_constraint(Oid constraint) {
  HeapTuple tuple = SearchSysCache1(CONSTROID, ObjectIdGetDatum(constraint));
  if (!HeapTupleIsValid(tuple)) return InvalidOid;
  const Oid parent = reinterpret_cast<Form_pg_constraint>(GETSTRUCT(tuple))->conparentid;
  ReleaseSysCache(tuple);
  return parent;
}

void own_indexes(Relation chunk) {
  ListCell* cell;
  foreach (cell, RelationGetIndexList(chunk)) {
    const Oid oid = lfirst_oid(cell);
    if (!has_superclass(oid)) continue;
    Relation index = index_open(oid, AccessExclusiveLock);
    IndexSetParentIndex(index, InvalidOid);
    const Oid constraint = get_relation_idx_constraint_oid(RelationGetRelid(chunk), oid);
    if (OidIsValid(constraint) && OidIsValid(parent_constraint(constraint))) {
      ConstraintSetParentConstraint(constraint, InvalidOid, InvalidOid);
    }
    index_close(index, NoLock);
  }
}

/// The row triggers that the chunk has from its hypertable. Those of foreign keys are not theirs.
void drop_cloned_triggers(const TriggerDesc* triggers) {
  for (int i = 0; triggers != nullptr && i < triggers->numtriggers; ++i) {
    const Trigger& trigger = triggers->triggers[i];
    if (!trigger.tgisclone || RI_FKey_trigger_type(trigger.tgfoid) != RI_TRIGGER_NONE) continue;
    drop_trigger(trigger.tgoid);
  }
}

/// The triggers that check the chunk's rows, no longer below those of the hypertable.
void own_check_triggers(const TriggerDesc* triggers, Oid constraint, Oid chunk) {
  Relation table = table_open(TriggerRelationId, RowExclusiveLock);
  for (int i = 0; i < triggers->numtriggers; ++i) {
    const Trigger& trigger = triggers->triggers[i];
    if (trigger.tgconstraint != constraint || !trigger.tgisclone) continue;
    TriggerSetParentTrigger(table, trigger.tgoid, InvalidOid, chunk);
  }
  table_close(table, RowExclusiveLock);
}

/// Triggers on the referenced table that act on the chunk's rows, like those that act on the
/// hypertable's.
void create_action_triggers(Oid constraint, Oid above, Oid referenced, Oid chunk) {
  Relation table = table_open(referenced, ShareRowExclusiveLock);
  const TriggerDesc* triggers = CopyTriggerDesc(table->trigdesc);
  table_close(table, NoLock);
  for (int i = 0; triggers != nullptr && i < triggers->numtriggers; ++i) {
    const Trigger& model = triggers->triggers[i];
    if (model.tgconstraint != above || RI_FKey_trigger_type(model.tgfoid) != RI_TRIGGER_PK)
      continue;
    CreateTrigStmt* definition = makeNode(CreateTrigStmt);
    definition->isconstraint = true;
    definition->trigname = pstrdup("RI_ConstraintTrigger_a");
    definition->row = true;
    definition->timing = TRIGGER_TYPE_AFTER;
    definition->events = model.tgtype & TRIGGER_TYPE_EVENT_MASK;
    definition->deferrable = model.tgdeferrable;
    definition->initdeferred = model.tginitdeferred;
    CreateTriggerFiringOn(definition, nullptr, referenced, chunk, constraint, model.tgconstrindid,
                          model.tgfoid, InvalidOid, nullptr, true, false, model.tgenabled);
    CommandCounterIncrement();
  }
}

void own_foreign_key(const ForeignKeyCacheInfo& key, const TriggerDesc* triggers) {
  const Oid above = parent_constraint(key.conoid);
  if (!OidIsValid(above)) return;
  if (get_rel_relkind(key.confrelid) == RELKIND_PARTITIONED_TABLE) {
    ereport(ERROR, (errcode(ERRCODE_FEATURE_NOT_SUPPORTED),
                    errmsg("chunk \"%s\" cannot be detached while it references the partitioned "
                           "table \"%s\"",
                           get_rel_name(key.conrelid), get_rel_name(key.confrelid)),
                    errhint("Drop the foreign key of the hypertable first.")));
  }
  ConstraintSetParentConstraint(key.conoid, InvalidOid, InvalidOid);
  own_check_triggers(triggers, key.conoid, key.conrelid);
  CommandCounterIncrement();
  create_action_triggers(key.conoid, above, key.confrelid, key.conrelid);
}

}  // namespace

void make_independent(Oid chunk) {
  Relation table = table_open(chunk, NoLock);
  const TriggerDesc* triggers = CopyTriggerDesc(table->trigdesc);
  List* keys = static_cast<List*>(copyObject(RelationGetFKeyList(table)));
  own_columns(table);
  own_checks(table);
  own_indexes(table);
  CommandCounterIncrement();
  table_close(table, NoLock);
  drop_cloned_triggers(triggers);
  ListCell* cell;
  foreach (cell, keys) own_foreign_key(*lfirst_node(ForeignKeyCacheInfo, cell), triggers);
}

}  // namespace varve::chunk
