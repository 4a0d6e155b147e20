#include "extension/columnstore/index_events.h"

#include "extension/chunk/maintain/columns.h"
#include "extension/columnstore/complete_index.h"
#include "extension/columnstore/full_indexes.h"

extern "C" {
#include <access/genam.h>
#include <access/htup_details.h>
#include <access/relation.h>
#include <access/table.h>
#include <catalog/index.h>
#include <catalog/indexing.h>
#include <catalog/pg_class.h>
#include <utils/fmgroids.h>
#include <utils/lsyscache.h>
#include <utils/snapmgr.h>
#include <utils/syscache.h>
}

namespace varve::columnstore {
namespace {

struct ClassRow {
  NameData name;
  Oid file;
};

ClassRow class_row(HeapTuple tuple) {
  const auto* row = reinterpret_cast<Form_pg_class>(GETSTRUCT(tuple));
  return {row->relname, row->relfilenode};
}

/// As the statement under way has found it.
bool known_row(Oid relation, ClassRow& row) {
  HeapTuple tuple = SearchSysCache1(RELOID, ObjectIdGetDatum(relation));
  if (!HeapTupleIsValid(tuple)) return false;
  row = class_row(tuple);
  ReleaseSysCache(tuple);
  return true;
}

/// As it has left it.
bool newest_row(Oid relation, ClassRow& row) {
  ScanKeyData key;
  ScanKeyInit(&key, Anum_pg_class_oid, BTEqualStrategyNumber, F_OIDEQ, ObjectIdGetDatum(relation));
  Relation table = table_open(RelationRelationId, AccessShareLock);
  SysScanDesc scan = systable_beginscan(table, ClassOidIndexId, true, SnapshotSelf, 1, &key);
  HeapTuple tuple = systable_getnext(scan);
  const bool found = HeapTupleIsValid(tuple);
  if (found) row = class_row(tuple);
  systable_endscan(scan);
  table_close(table, AccessShareLock);
  return found;
}

/// Another file with an OAT_POST_ALTER is a copy: indexes that are built anew send none. It has to
/// stay what the original was, since plans that rely on that hear nothing of it.
void follow_file(Oid index, Oid before, Oid after) {
  const Oid table = IndexGetRelation(index, true);
  if (!OidIsValid(table) || !chunk::is_columnar(table)) return;
  Relation chunk = try_relation_open(table, AccessShareLock);
  if (chunk == nullptr) return;
  note_copied_file(chunk, before, after);
  relation_close(chunk, NoLock);
}

}  // namespace

void on_index_drop(Oid index) {
  if (get_rel_relkind(index) == RELKIND_PARTITIONED_INDEX) {
    follow_index(index, get_rel_name(index), nullptr);
  }
}

void on_index_alter(Oid index) {
  const char kind = get_rel_relkind(index);
  if (kind != RELKIND_INDEX && kind != RELKIND_PARTITIONED_INDEX) return;
  ClassRow before;
  ClassRow after;
  if (!known_row(index, before) || !newest_row(index, after)) return;
  if (kind == RELKIND_INDEX) {
    if (before.file != after.file) follow_file(index, before.file, after.file);
  } else if (strcmp(NameStr(before.name), NameStr(after.name)) != 0) {
    follow_index(index, NameStr(before.name), NameStr(after.name));
  }
}

}  // namespace varve::columnstore
