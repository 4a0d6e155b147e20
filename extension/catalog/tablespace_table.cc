#include "extension/catalog/tablespace_table.h"

#include "extension/catalog/relations.h"
#include "extension/catalog/scan.h"

extern "C" {
#include <access/genam.h>
#include <access/htup_details.h>
#include <access/table.h>
#include <access/xact.h>
#include <catalog/indexing.h>
#include <catalog/namespace.h>
#include <utils/builtins.h>
#include <utils/lsyscache.h>
#include <utils/rel.h>
}

namespace varve::catalog {
namespace {

// Attribute numbers, as extension/sql/24_tablespace.sql lists the columns.
enum Column : AttrNumber { kHypertableId = 1, kPosition, kName, kColumns = kName };

struct Row {
  std::int32_t hypertable_id;
  std::int32_t position;
  NameData name;
};

Row row_of(HeapTuple tuple, TupleDesc descriptor) {
  Datum values[kColumns];
  bool nulls[kColumns];
  heap_deform_tuple(tuple, descriptor, values, nulls);
  return {DatumGetInt32(values[kHypertableId - 1]), DatumGetInt32(values[kPosition - 1]),
          *DatumGetName(values[kName - 1])};
}

/// Calls `visit(table, tuple, row)` for every row, by hypertable and position. There are few.
template <class Visit>
void for_each(LOCKMODE lock, Visit&& visit) {
  if (!relations()) return;
  const Oid schema = get_namespace_oid("varve_catalog", false);
  Relation table = table_open(get_relname_relid("tablespace", schema), lock);
  for_each_row_in_order(
      table, get_relname_relid("tablespace_pkey", schema), {},
      [&](HeapTuple tuple) { visit(table, tuple, row_of(tuple, RelationGetDescr(table))); });
  table_close(table, NoLock);
}

bool is_named(const Row& row, const char* name) { return strcmp(NameStr(row.name), name) == 0; }

}  // namespace

List* TablespaceTable::of_hypertable(std::int32_t hypertable_id) {
  List* names = NIL;
  for_each(AccessShareLock, [&](Relation, HeapTuple, const Row& row) {
    if (row.hypertable_id == hypertable_id) names = lappend(names, pstrdup(NameStr(row.name)));
  });
  return names;
}

List* TablespaceTable::hypertables_of(const char* tablespace) {
  List* ids = NIL;
  for_each(AccessShareLock, [&](Relation, HeapTuple, const Row& row) {
    if (is_named(row, tablespace)) ids = lappend_int(ids, row.hypertable_id);
  });
  return ids;
}

void TablespaceTable::insert(std::int32_t hypertable_id, const char* tablespace) {
  std::int32_t position = 1;
  for_each(AccessShareLock, [&](Relation, HeapTuple, const Row& row) {
    if (row.hypertable_id == hypertable_id) position = row.position + 1;
  });
  NameData name;
  namestrcpy(&name, tablespace);
  const Oid schema = get_namespace_oid("varve_catalog", false);
  Relation table = table_open(get_relname_relid("tablespace", schema), RowExclusiveLock);
  Datum values[kColumns] = {Int32GetDatum(hypertable_id), Int32GetDatum(position),
                            NameGetDatum(&name)};
  bool nulls[kColumns] = {};
  CatalogTupleInsert(table, heap_form_tuple(RelationGetDescr(table), values, nulls));
  table_close(table, NoLock);
  CommandCounterIncrement();
}

int TablespaceTable::remove(std::int32_t hypertable_id, const char* tablespace) {
  int count = 0;
  for_each(RowExclusiveLock, [&](Relation table, HeapTuple tuple, const Row& row) {
    if (row.hypertable_id != hypertable_id) return;
    if (tablespace != nullptr && !is_named(row, tablespace)) return;
    CatalogTupleDelete(table, &tuple->t_self);
    ++count;
  });
  if (count > 0) CommandCounterIncrement();
  return count;
}

void TablespaceTable::rename(const char* from, const char* to) {
  NameData name;
  namestrcpy(&name, to);
  for_each(RowExclusiveLock, [&](Relation table, HeapTuple tuple, const Row& row) {
    if (!is_named(row, from)) return;
    Datum values[kColumns] = {};
    bool nulls[kColumns] = {};
    bool replace[kColumns] = {};
    values[kName - 1] = NameGetDatum(&name);
    replace[kName - 1] = true;
    HeapTuple changed = heap_modify_tuple(tuple, RelationGetDescr(table), values, nulls, replace);
    CatalogTupleUpdate(table, &changed->t_self, changed);
  });
  CommandCounterIncrement();
}

}  // namespace varve::catalog
