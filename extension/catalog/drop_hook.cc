#include "extension/catalog/drop_hook.h"

#include "extension/catalog/chunk_table.h"
#include "extension/catalog/hypertable_cache.h"
#include "extension/catalog/hypertable_table.h"
#include "extension/catalog/relations.h"
#include "extension/catalog/tablespace_table.h"

#include "extension/pg/boundary.h"
extern "C" {
#include <access/genam.h>
#include <access/htup_details.h>
#include <access/table.h>
#include <catalog/indexing.h>
#include <catalog/objectaccess.h>
#include <catalog/pg_attribute.h>
#include <catalog/pg_class.h>
#include <catalog/pg_namespace.h>
#include <catalog/pg_partitioned_table.h>
#include <utils/builtins.h>
#include <utils/fmgroids.h>
#include <utils/lsyscache.h>
#include <utils/snapmgr.h>
#include <utils/syscache.h>
}

namespace varve::catalog {
namespace {

object_access_hook_type previous_hook = nullptr;

/// The only partition key column of `relation`; 0 where there is none.
AttrNumber partition_column(Oid relation) {
  HeapTuple tuple = SearchSysCache1(PARTRELID, ObjectIdGetDatum(relation));
  if (!HeapTupleIsValid(tuple)) return InvalidAttrNumber;
  const auto* row = reinterpret_cast<Form_pg_partitioned_table>(GETSTRUCT(tuple));
  const AttrNumber column = row->partnatts == 1 ? row->partattrs.values[0] : InvalidAttrNumber;
  ReleaseSysCache(tuple);
  return column;
}

/// The schema's name as the command left it; see newest_column_name().
NameData newest_schema_name(Oid schema) {
  ScanKeyData key;
  ScanKeyInit(&key, Anum_pg_namespace_oid, BTEqualStrategyNumber, F_OIDEQ,
              ObjectIdGetDatum(schema));
  Relation table = table_open(NamespaceRelationId, AccessShareLock);
  SysScanDesc scan = systable_beginscan(table, NamespaceOidIndexId, true, SnapshotSelf, 1, &key);
  NameData name = {};
  HeapTuple tuple = systable_getnext(scan);
  if (HeapTupleIsValid(tuple)) {
    name = reinterpret_cast<Form_pg_namespace>(GETSTRUCT(tuple))->nspname;
  }
  systable_endscan(scan);
  table_close(table, AccessShareLock);
  return name;
}

/// The hash dimension is known by its name alone: that of the column before the command.
void follow_space_rename(const Hypertable& row, AttrNumber column) {
  if (row.space_partitions == 0) return;
  const char* before = get_attname(row.relation, column, true);
  if (before == nullptr || strcmp(before, NameStr(row.space_column)) != 0) return;
  const NameData name = newest_column_name(row.relation, column);
  if (strcmp(before, NameStr(name)) == 0) return;
  HypertableTable::set_space(row.id, name, row.space_partitions);
}

void on_object_access(ObjectAccessType access, Oid class_id, Oid object_id, int sub_id, void* arg) {
  if (previous_hook != nullptr) previous_hook(access, class_id, object_id, sub_id, arg);
  pg::entry([&] {
    if (access == OAT_POST_ALTER && class_id == NamespaceRelationId) {
      follow_schema_rename(object_id);
    }
    if (class_id != RelationRelationId) return;
    if (access == OAT_DROP && sub_id == 0) forget_dropped(class_id, object_id);
    if (access == OAT_POST_ALTER && sub_id > 0) {
      follow_rename(object_id, static_cast<AttrNumber>(sub_id));
    }
  });
}

}  // namespace

NameData newest_column_name(Oid relation, AttrNumber column) {
  ScanKeyData keys[2];
  ScanKeyInit(&keys[0], Anum_pg_attribute_attrelid, BTEqualStrategyNumber, F_OIDEQ,
              ObjectIdGetDatum(relation));
  ScanKeyInit(&keys[1], Anum_pg_attribute_attnum, BTEqualStrategyNumber, F_INT2EQ,
              Int16GetDatum(column));
  Relation table = table_open(AttributeRelationId, AccessShareLock);
  SysScanDesc scan =
      systable_beginscan(table, AttributeRelidNumIndexId, true, SnapshotSelf, 2, keys);
  NameData name = {};
  HeapTuple tuple = systable_getnext(scan);
  if (HeapTupleIsValid(tuple)) {
    name = reinterpret_cast<Form_pg_attribute>(GETSTRUCT(tuple))->attname;
  }
  systable_endscan(scan);
  table_close(table, AccessShareLock);
  return name;
}

void forget_dropped(Oid class_id, Oid object_id) {
  if (class_id != RelationRelationId) return;
  const char kind = pg::call([&] { return relations() ? get_rel_relkind(object_id) : '\0'; });
  if (kind == RELKIND_PARTITIONED_TABLE) {
    if (const auto row = HypertableTable::find(object_id)) {
      pg::call([&] { TablespaceTable::remove(row->id, nullptr); });
      HypertableTable::remove(row->id);
    }
  }
  if (kind == RELKIND_PARTITIONED_TABLE || kind == RELKIND_RELATION ||
      kind == RELKIND_FOREIGN_TABLE) {
    ChunkTable::remove(object_id);
  }
}

void follow_rename(Oid relation, AttrNumber column) {
  const Hypertable* cached = cached_hypertable(relation);
  if (cached == nullptr) return;
  const Hypertable row = *cached;
  pg::call([&] {
    follow_space_rename(row, column);
    if (partition_column(relation) != column) return;
    const NameData name = newest_column_name(relation, column);
    if (namestrcmp(const_cast<Name>(&name), NameStr(row.column)) == 0) return;
    HypertableTable::set_column(row.id, name);
  });
}

void follow_schema_rename(Oid schema) {
  pg::call([&] {
    if (!relations()) return;
    const char* before = get_namespace_name(schema);
    const NameData now = newest_schema_name(schema);
    if (before == nullptr || strcmp(before, NameStr(now)) == 0) return;
    NameData from;
    namestrcpy(&from, before);
    HypertableTable::rename_chunk_schema(from, now);
  });
}

void install_drop_hook() {
  listen_for_invalidations();
  previous_hook = object_access_hook;
  object_access_hook = on_object_access;
}

}  // namespace varve::catalog
