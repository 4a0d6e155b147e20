#include "extension/hypertable/convert.h"

extern "C" {
#include <access/genam.h>
#include <access/htup_details.h>
#include <access/multixact.h>
#include <access/table.h>
#include <access/xact.h>
#include <catalog/dependency.h>
#include <catalog/heap.h>
#include <catalog/indexing.h>
#include <catalog/pg_am.h>
#include <catalog/pg_class.h>
#include <catalog/pg_constraint.h>
#include <catalog/pg_index.h>
#include <catalog/pg_type.h>
#include <catalog/storage.h>
#include <commands/defrem.h>
#include <nodes/parsenodes.h>
#include <pgstat.h>
#include <storage/predicate.h>
#include <utils/array.h>
#include <utils/builtins.h>
#include <utils/fmgroids.h>
#include <utils/inval.h>
#include <utils/lsyscache.h>
#include <utils/syscache.h>
}

namespace varve::hypertable {
namespace {

/// Writes the row of `relation` in pg_class after `change` has edited its fixed part.
template <class Change>
void edit_class(Oid relation, bool clear_options, Change&& change) {
  Relation catalog = table_open(RelationRelationId, RowExclusiveLock);
  HeapTuple tuple = SearchSysCacheCopy1(RELOID, ObjectIdGetDatum(relation));
  if (!HeapTupleIsValid(tuple)) elog(ERROR, "cache lookup failed for relation %u", relation);
  change(*reinterpret_cast<Form_pg_class>(GETSTRUCT(tuple)));
  if (clear_options) {
    Datum values[Natts_pg_class] = {};
    bool nulls[Natts_pg_class] = {};
    bool replace[Natts_pg_class] = {};
    nulls[Anum_pg_class_reloptions - 1] = replace[Anum_pg_class_reloptions - 1] = true;
    tuple = heap_modify_tuple(tuple, RelationGetDescr(catalog), values, nulls, replace);
  }
  CatalogTupleUpdate(catalog, &tuple->t_self, tuple);
  table_close(catalog, RowExclusiveLock);
}

/// What storage and its bookkeeping leave in pg_class once there is none.
void become_partitioned(FormData_pg_class& row, char kind) {
  row.relkind = kind;
  row.relfilenode = InvalidOid;
  row.relpages = 0;
  row.reltuples = -1;
  row.relallvisible = 0;
  row.relhassubclass = true;
  // Without files, only this dependency keeps the tablespace from being dropped.
  if (OidIsValid(row.reltablespace)) {
    recordDependencyOnTablespace(RelationRelationId, row.oid, row.reltablespace);
  }
}

void reset_index_flags(Oid index) {
  Relation catalog = table_open(IndexRelationId, RowExclusiveLock);
  HeapTuple tuple = SearchSysCacheCopy1(INDEXRELID, ObjectIdGetDatum(index));
  if (!HeapTupleIsValid(tuple)) elog(ERROR, "cache lookup failed for index %u", index);
  auto& row = *reinterpret_cast<Form_pg_index>(GETSTRUCT(tuple));
  row.indisclustered = false;
  row.indcheckxmin = false;
  CatalogTupleUpdate(catalog, &tuple->t_self, tuple);
  table_close(catalog, RowExclusiveLock);
}

void convert_index(Oid index_oid) {
  Relation index = index_open(index_oid, AccessExclusiveLock);
  TransferPredicateLocksToHeapRelation(index);
  RelationDropStorage(index);
  // A partitioned index counts nothing. The cache entry would keep its counters through the change
  // of relkind, and an abort to a savepoint would then find them on a relation that has none.
  pgstat_drop_relation(index);
  pgstat_unlink_relation(index);
  index_close(index, NoLock);
  edit_class(index_oid, false,
             [](FormData_pg_class& row) { become_partitioned(row, RELKIND_PARTITIONED_INDEX); });
  reset_index_flags(index_oid);
  RemoveStatistics(index_oid, 0);
}

/// Statistics of the rows; a stale row with stxdinherit = false is what pg_catcheck complains of.
void remove_statistics(Relation table) {
  RemoveStatistics(RelationGetRelid(table), 0);
  ListCell* cell;
  foreach (cell, RelationGetStatExtList(table)) {
    RemoveStatisticsDataById(lfirst_oid(cell), false);
  }
}

/// Foreign keys of an ordinary table are not inherited, those of a partitioned one are.
void let_constraints_inherit(Oid relation) {
  ScanKeyData key;
  ScanKeyInit(&key, Anum_pg_constraint_conrelid, BTEqualStrategyNumber, F_OIDEQ,
              ObjectIdGetDatum(relation));
  Relation catalog = table_open(ConstraintRelationId, RowExclusiveLock);
  SysScanDesc scan =
      systable_beginscan(catalog, ConstraintRelidTypidNameIndexId, true, nullptr, 1, &key);
  HeapTuple tuple;
  while (HeapTupleIsValid(tuple = systable_getnext(scan))) {
    HeapTuple changed = heap_copytuple(tuple);
    auto& row = *reinterpret_cast<Form_pg_constraint>(GETSTRUCT(changed));
    if (row.contype != CONSTRAINT_FOREIGN || !row.connoinherit) continue;
    row.connoinherit = false;
    CatalogTupleUpdate(catalog, &changed->t_self, changed);
  }
  systable_endscan(scan);
  table_close(catalog, RowExclusiveLock);
}

void drop_toast(Oid toast) {
  if (!OidIsValid(toast)) return;
  // It is bound to its table; without the bond it goes like any other relation.
  deleteDependencyRecordsFor(RelationRelationId, toast, false);
  CommandCounterIncrement();
  const ObjectAddress object = {RelationRelationId, toast, 0};
  performDeletion(&object, DROP_RESTRICT, PERFORM_DELETION_INTERNAL);
}

void convert_table(Relation table) {
  TransferPredicateLocksToHeapRelation(table);
  RelationDropStorage(table);
  pgstat_drop_relation(table);  // or its rows would count twice, here and in chunks
  remove_statistics(table);
  edit_class(RelationGetRelid(table), true, [](FormData_pg_class& row) {
    become_partitioned(row, RELKIND_PARTITIONED_TABLE);
    row.relam = InvalidOid;
    row.relfrozenxid = InvalidTransactionId;
    row.relminmxid = InvalidMultiXactId;
    row.reltoastrelid = InvalidOid;
  });
  let_constraints_inherit(RelationGetRelid(table));
}

void store_partition_key(Oid relation, AttrNumber column) {
  Relation table = table_open(relation, NoLock);
  const Oid type = TupleDescAttr(RelationGetDescr(table), column - 1)->atttypid;
  Oid operators = GetDefaultOpClass(type, BTREE_AM_OID);
  Oid collation = InvalidOid;
  StorePartitionKey(table, PARTITION_STRATEGY_RANGE, 1, &column, NIL, &operators, &collation);
  CacheInvalidateRelcache(table);
  table_close(table, NoLock);
  CommandCounterIncrement();
}

/// Appends the options of `relation` to `all`, each with `prefix` before it.
ArrayBuildState* append_options(ArrayBuildState* all, Oid relation, const char* prefix) {
  HeapTuple tuple = SearchSysCache1(RELOID, ObjectIdGetDatum(relation));
  if (!HeapTupleIsValid(tuple)) return all;
  bool is_null = false;
  const Datum options = SysCacheGetAttr(RELOID, tuple, Anum_pg_class_reloptions, &is_null);
  if (!is_null) {
    Datum* elements = nullptr;
    int count = 0;
    deconstruct_array(DatumGetArrayTypeP(options), TEXTOID, -1, false, TYPALIGN_INT, &elements,
                      nullptr, &count);
    for (int i = 0; i < count; ++i) {
      const char* option = psprintf("%s%s", prefix, TextDatumGetCString(elements[i]));
      all =
          accumArrayResult(all, CStringGetTextDatum(option), false, TEXTOID, CurrentMemoryContext);
    }
  }
  ReleaseSysCache(tuple);
  return all;
}

}  // namespace

Datum storage_options_of(Relation table) {
  ArrayBuildState* all = append_options(nullptr, RelationGetRelid(table), "");
  all = append_options(all, table->rd_rel->reltoastrelid, "toast.");
  return all == nullptr ? Datum{0} : makeArrayResult(all, CurrentMemoryContext);
}

void convert_in_place(Oid relation, AttrNumber column) {
  Relation table = table_open(relation, NoLock);
  const Oid toast = table->rd_rel->reltoastrelid;
  ListCell* cell;
  foreach (cell, RelationGetIndexList(table)) convert_index(lfirst_oid(cell));
  convert_table(table);
  table_close(table, NoLock);
  CommandCounterIncrement();
  drop_toast(toast);
  store_partition_key(relation, column);
}

void expect_children(Oid relation) {
  edit_class(relation, false, [](FormData_pg_class& row) { row.relhassubclass = true; });
  CommandCounterIncrement();
}

}  // namespace varve::hypertable
