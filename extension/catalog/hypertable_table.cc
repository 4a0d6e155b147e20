#include "extension/catalog/hypertable_table.h"

#include "extension/catalog/relations.h"
#include "extension/catalog/scan.h"

#include "extension/pg/boundary.h"
extern "C" {
#include <access/genam.h>
#include <access/htup_details.h>
#include <access/reloptions.h>
#include <access/table.h>
#include <access/xact.h>
#include <catalog/indexing.h>
#include <catalog/namespace.h>
#include <catalog/pg_proc.h>
#include <commands/sequence.h>
#include <nodes/makefuncs.h>
#include <utils/builtins.h>
#include <utils/fmgroids.h>
#include <utils/inval.h>
#include <utils/regproc.h>
#include <utils/rel.h>
#include <utils/syscache.h>
#include <utils/varlena.h>
}

namespace varve::catalog {
namespace {

/// schema.name(), quoted where needed.
Datum name_of_function(Oid function) {
  if (!OidIsValid(function)) return 0;
  return CStringGetTextDatum(format_procedure_qualified(function));
}

/// The function without arguments that such a name stands for, whether the user may see its schema
/// or not; invalid where it has been dropped or renamed.
Oid function_of(Datum name) {
  char* written = TextDatumGetCString(name);
  if (strlen(written) > 2) written[strlen(written) - 2] = '\0';
  char* schema = nullptr;
  char* function = nullptr;
  DeconstructQualifiedName(stringToQualifiedNameList(written), &schema, &function);
  const Oid space = schema != nullptr ? get_namespace_oid(schema, true) : InvalidOid;
  return GetSysCacheOid3(PROCNAMEARGSNSP, Anum_pg_proc_oid, CStringGetDatum(function),
                         PointerGetDatum(buildoidvector(nullptr, 0)), ObjectIdGetDatum(space));
}

// Attribute numbers, as extension/sql/10_catalog.sql lists the columns.
enum Column : AttrNumber {
  kId = 1,
  kRelation,
  kChunkSchema,
  kChunkPrefix,
  kColumnName,
  kColumnType,
  kChunkInterval,
  kStorageOptions,
  kIntegerNow,
  kSpaceColumn,
  kSpacePartitions,
  kColumns = kSpacePartitions
};

/// Calls `visit(table, tuple)` for the row with `key` in `index`, if there is one.
template <class Visit>
void with_row(Oid index, RegProcedure equals, Datum key, LOCKMODE lock, Visit&& visit) {
  Relation table = table_open(required_relations().hypertable, lock);
  ScanKeyData condition;
  const AttrNumber attribute = equals == F_OIDEQ ? kRelation : kId;
  ScanKeyInit(&condition, attribute, BTEqualStrategyNumber, equals, key);
  for_each_row(table, index, &condition, [&](HeapTuple tuple) { visit(table, tuple); });
  table_close(table, NoLock);
}

template <class Visit>
void with_row_of_id(std::int32_t id, LOCKMODE lock, Visit&& visit) {
  with_row(required_relations().hypertable_pkey, F_INT4EQ, Int32GetDatum(id), lock, visit);
}

std::optional<Hypertable> find_row(Oid index, RegProcedure equals, Datum key) {
  std::optional<Hypertable> found;
  with_row(index, equals, key, AccessShareLock, [&](Relation table, HeapTuple tuple) {
    found = HypertableTable::row_of(tuple, RelationGetDescr(table));
  });
  return found;
}

void announce(Oid relation) {
  CacheInvalidateRelcacheByRelid(relation);
  CommandCounterIncrement();
}

/// Sets one column of a row.
void update(Relation table, HeapTuple tuple, AttrNumber column, Datum value, bool is_null) {
  Datum values[kColumns] = {};
  bool nulls[kColumns] = {};
  bool replace[kColumns] = {};
  values[column - 1] = value;
  nulls[column - 1] = is_null;
  replace[column - 1] = true;
  const Oid relation = HypertableTable::row_of(tuple, RelationGetDescr(table)).relation;
  HeapTuple changed = heap_modify_tuple(tuple, RelationGetDescr(table), values, nulls, replace);
  CatalogTupleUpdate(table, &changed->t_self, changed);
  announce(relation);
}

void update(std::int32_t id, AttrNumber column, Datum value, bool is_null) {
  with_row_of_id(id, RowExclusiveLock, [&](Relation table, HeapTuple tuple) {
    update(table, tuple, column, value, is_null);
  });
}

/// Sets two columns of a row, that a CHECK holds together.
void update(std::int32_t id, AttrNumber first, AttrNumber second, Datum a, Datum b) {
  with_row_of_id(id, RowExclusiveLock, [&](Relation table, HeapTuple tuple) {
    Datum values[kColumns] = {};
    bool nulls[kColumns] = {};
    bool replace[kColumns] = {};
    values[first - 1] = a;
    values[second - 1] = b;
    replace[first - 1] = replace[second - 1] = true;
    const Oid relation = HypertableTable::row_of(tuple, RelationGetDescr(table)).relation;
    HeapTuple changed = heap_modify_tuple(tuple, RelationGetDescr(table), values, nulls, replace);
    CatalogTupleUpdate(table, &changed->t_self, changed);
    announce(relation);
  });
}

/// "name=value" and "toast.name=value", as text[], to DefElems.
List* options_of(Datum options) {
  List* list = untransformRelOptions(options);
  ListCell* cell;
  foreach (cell, list) {
    auto* option = lfirst_node(DefElem, cell);
    if (strncmp(option->defname, "toast.", 6) == 0) {
      option->defnamespace = pstrdup("toast");
      option->defname += 6;
    }
  }
  return list;
}

}  // namespace

std::optional<Hypertable> HypertableTable::find(Oid relation) {
  return pg::call([&]() -> std::optional<Hypertable> {
    const auto ours = relations();
    if (!ours) return std::nullopt;
    return find_row(ours->hypertable_relation_key, F_OIDEQ, ObjectIdGetDatum(relation));
  });
}

std::optional<Hypertable> HypertableTable::find_by_id(std::int32_t id) {
  return pg::call([&]() -> std::optional<Hypertable> {
    const auto ours = relations();
    if (!ours) return std::nullopt;
    return find_row(ours->hypertable_pkey, F_INT4EQ, Int32GetDatum(id));
  });
}

Hypertable HypertableTable::row_of(HeapTuple tuple, TupleDesc descriptor) {
  Datum values[kColumns];
  bool nulls[kColumns];
  heap_deform_tuple(tuple, descriptor, values, nulls);
  Hypertable row;
  row.id = DatumGetInt32(values[kId - 1]);
  row.relation = DatumGetObjectId(values[kRelation - 1]);
  row.chunk_schema = *DatumGetName(values[kChunkSchema - 1]);
  row.chunk_prefix = *DatumGetName(values[kChunkPrefix - 1]);
  row.column = *DatumGetName(values[kColumnName - 1]);
  row.column_type = DatumGetObjectId(values[kColumnType - 1]);
  row.chunk_interval = DatumGetInt64(values[kChunkInterval - 1]);
  row.has_integer_now = !nulls[kIntegerNow - 1];
  row.integer_now = nulls[kIntegerNow - 1] ? InvalidOid : function_of(values[kIntegerNow - 1]);
  row.space_column = {};
  row.space_partitions = 0;
  if (!nulls[kSpaceColumn - 1]) {
    row.space_column = *DatumGetName(values[kSpaceColumn - 1]);
    row.space_partitions = DatumGetInt32(values[kSpacePartitions - 1]);
  }
  return row;
}

std::int32_t HypertableTable::next_id() {
  return pg::call([] {
    return static_cast<std::int32_t>(
        nextval_internal(required_relations().hypertable_id_seq, false));
  });
}

void HypertableTable::insert(const Hypertable& row) {
  pg::call([&] {
    Relation table = table_open(required_relations().hypertable, RowExclusiveLock);
    Datum values[kColumns] = {Int32GetDatum(row.id),
                              ObjectIdGetDatum(row.relation),
                              NameGetDatum(&row.chunk_schema),
                              NameGetDatum(&row.chunk_prefix),
                              NameGetDatum(&row.column),
                              ObjectIdGetDatum(row.column_type),
                              Int64GetDatum(row.chunk_interval),
                              0,
                              name_of_function(row.integer_now),
                              NameGetDatum(&row.space_column),
                              Int32GetDatum(row.space_partitions)};
    bool nulls[kColumns] = {};
    nulls[kStorageOptions - 1] = true;
    nulls[kIntegerNow - 1] = !OidIsValid(row.integer_now);
    nulls[kSpaceColumn - 1] = nulls[kSpacePartitions - 1] = row.space_partitions == 0;
    CatalogTupleInsert(table, heap_form_tuple(RelationGetDescr(table), values, nulls));
    announce(row.relation);
    table_close(table, NoLock);
  });
}

void HypertableTable::remove(std::int32_t id) {
  pg::call([&] {
    with_row_of_id(id, RowExclusiveLock, [&](Relation table, HeapTuple tuple) {
      const Oid relation = HypertableTable::row_of(tuple, RelationGetDescr(table)).relation;
      CatalogTupleDelete(table, &tuple->t_self);
      announce(relation);
    });
  });
}

void HypertableTable::set_chunk_interval(std::int32_t id, std::int64_t interval) {
  pg::call([&] { update(id, kChunkInterval, Int64GetDatum(interval), false); });
}

void HypertableTable::set_integer_now(std::int32_t id, Oid function) {
  pg::call([&] { update(id, kIntegerNow, name_of_function(function), false); });
}

void HypertableTable::set_space(std::int32_t id, const NameData& column, std::int32_t partitions) {
  pg::call([&] {
    update(id, kSpaceColumn, kSpacePartitions, NameGetDatum(&column), Int32GetDatum(partitions));
  });
}

void HypertableTable::set_column(std::int32_t id, const NameData& column) {
  pg::call([&] { update(id, kColumnName, NameGetDatum(&column), false); });
}

void HypertableTable::rename_chunk_schema(const NameData& from, const NameData& to) {
  pg::call([&] {
    Relation table = table_open(required_relations().hypertable, RowExclusiveLock);
    for_each_row(table, InvalidOid, nullptr, [&](HeapTuple tuple) {
      const Hypertable row = row_of(tuple, RelationGetDescr(table));
      if (strcmp(NameStr(row.chunk_schema), NameStr(from)) != 0) return;
      update(table, tuple, kChunkSchema, NameGetDatum(&to), false);
    });
    table_close(table, NoLock);
  });
}

List* HypertableTable::storage_options(std::int32_t id) {
  return pg::call([&] {
    List* list = NIL;
    with_row_of_id(id, AccessShareLock, [&](Relation table, HeapTuple tuple) {
      bool is_null;
      const Datum options = heap_getattr(tuple, kStorageOptions, RelationGetDescr(table), &is_null);
      if (!is_null) list = options_of(options);
    });
    return list;
  });
}

void HypertableTable::set_storage_options(std::int32_t id, Datum options) {
  pg::call([&] { update(id, kStorageOptions, options, options == 0); });
}

}  // namespace varve::catalog
