#include "extension/columnstore/access_method.h"

#include "extension/catalog/access_method.h"

extern "C" {
#include <access/htup_details.h>
#include <access/table.h>
#include <access/xact.h>
#include <catalog/dependency.h>
#include <catalog/indexing.h>
#include <catalog/pg_am.h>
#include <catalog/pg_class.h>
#include <catalog/toasting.h>
#include <commands/defrem.h>
#include <utils/rel.h>
#include <utils/syscache.h>
}

namespace varve::columnstore {
namespace {

void depend_on_method(Oid table, Oid method) {
  deleteDependencyRecordsForClass(RelationRelationId, table, AccessMethodRelationId,
                                  DEPENDENCY_NORMAL);
  ObjectAddress dependent;
  ObjectAddress referenced;
  ObjectAddressSet(dependent, RelationRelationId, table);
  ObjectAddressSet(referenced, AccessMethodRelationId, method);
  recordDependencyOn(&dependent, &referenced, DEPENDENCY_NORMAL);  // nothing, for heap
}

Oid toast_of(Oid table) {
  Relation relation = table_open(table, NoLock);
  const Oid toast = relation->rd_rel->reltoastrelid;
  table_close(relation, NoLock);
  return toast;
}

}  // namespace

Oid columnar_method() { return get_table_am_oid("varve_columnar", false); }

void set_access_method(Oid table, Oid method) {
  Relation classes = table_open(RelationRelationId, RowExclusiveLock);
  HeapTuple tuple = SearchSysCacheCopy1(RELOID, ObjectIdGetDatum(table));
  if (!HeapTupleIsValid(tuple)) elog(ERROR, "cache lookup failed for relation %u", table);
  reinterpret_cast<Form_pg_class>(GETSTRUCT(tuple))->relam = method;
  CatalogTupleUpdate(classes, &tuple->t_self, tuple);
  table_close(classes, RowExclusiveLock);
  depend_on_method(table, method);
  CommandCounterIncrement();
}

void prepare_for_columns(Oid table) {
  if (!OidIsValid(toast_of(table))) {
    // A heap of narrow columns would get none; a columnar table always does.
    set_access_method(table, columnar_method());
    NewHeapCreateToastTable(table, 0, AccessExclusiveLock, InvalidOid);
    CommandCounterIncrement();
  }
  if (catalog::access_method_of(table) != HEAP_TABLE_AM_OID) {
    set_access_method(table, HEAP_TABLE_AM_OID);
  }
}

}  // namespace varve::columnstore
