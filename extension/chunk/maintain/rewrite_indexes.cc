// The indexes of a chunk that gets new files.
#include "extension/chunk/maintain/columns.h"
#include "extension/chunk/maintain/rewrite.h"

#include "extension/pg/attribute_map.h"
extern "C" {
#include <access/genam.h>
#include <access/htup_details.h>
#include <access/table.h>
#include <access/tableam.h>
#include <access/xact.h>
#include <catalog/index.h>
#include <catalog/indexing.h>
#include <catalog/pg_class.h>
#include <commands/defrem.h>
#include <commands/tablespace.h>
#include <miscadmin.h>
#include <parser/parse_utilcmd.h>
#include <storage/bufmgr.h>
#include <utils/syscache.h>
}

namespace varve::chunk {
namespace {

/// What pg_class says of the size of a new table; index_build() does the same, where there is one.
void store_size(Oid transient, double rows) {
  Relation relation = table_open(transient, NoLock);
  const BlockNumber pages = RelationGetNumberOfBlocks(relation);
  table_close(relation, NoLock);
  Relation table = table_open(RelationRelationId, RowExclusiveLock);
  HeapTuple tuple = SearchSysCacheCopy1(RELOID, ObjectIdGetDatum(transient));
  if (!HeapTupleIsValid(tuple)) elog(ERROR, "cache lookup failed for relation %u", transient);
  auto* row = reinterpret_cast<Form_pg_class>(GETSTRUCT(tuple));
  row->relpages = static_cast<int32>(pages);
  row->reltuples = static_cast<float4>(rows);
  CatalogTupleUpdate(table, &tuple->t_self, tuple);
  table_close(table, RowExclusiveLock);
  CommandCounterIncrement();
}

enum class Uniqueness { kChecked, kKnown };

/// The definition of the index for the transient table, whose columns have the same numbers.
IndexStmt* definition_of(Relation index, const AttrMap* numbers, const Placement& placement,
                         Uniqueness uniqueness) {
  Oid constraint = InvalidOid;
  IndexStmt* definition = generateClonedIndexStmt(nullptr, index, numbers, &constraint);
  if (placement.moves_indexes) definition->tableSpace = get_tablespace_name(placement.indexes);
  // Not where default_tablespace of this session points.
  if (definition->tableSpace == nullptr) {
    definition->tableSpace = get_tablespace_name(MyDatabaseTableSpace);
  }
  // One whose concurrent build has failed may have failed because of duplicates.
  if (!index->rd_index->indisvalid || uniqueness == Uniqueness::kKnown) {
    definition->unique = definition->primary = definition->isconstraint = false;
    definition->deferrable = definition->initdeferred = false;
  }
  return definition;
}

Oid build_index(Oid transient, Relation index, const AttrMap* numbers, const Placement& placement,
                Uniqueness uniqueness) {
  IndexStmt* definition = definition_of(index, numbers, placement, uniqueness);
  const Oid built = DefineIndex(transient, definition, InvalidOid, InvalidOid, InvalidOid, true,
                                false, false, false, true)
                        .objectId;
  CommandCounterIncrement();
  return built;
}

/// The indexes of a chunk that are not built yet, by what they shall have.
struct IndexLists {
  List* of_rows;  // the rows beside the columns, or all there are
  List* full;     // rows in columns, too
};

IndexLists indexes_of(const Rewrite& rewrite, Relation chunk) {
  Relation target = table_open(rewrite.transient, NoLock);
  const bool has_columns = columns().has(target);
  table_close(target, NoLock);
  IndexLists lists = {NIL, NIL};
  ListCell* cell;
  foreach (cell, RelationGetIndexList(chunk)) {
    if (list_member_oid(rewrite.indexes, lfirst_oid(cell))) continue;
    Relation index = index_open(lfirst_oid(cell), AccessShareLock);
    List*& list = has_columns && columns().wants_full(chunk, index) ? lists.full : lists.of_rows;
    list = lappend_oid(list, lfirst_oid(cell));
    index_close(index, NoLock);
  }
  return lists;
}

void build_all(Rewrite& rewrite, Relation chunk, const List* indexes,
               Uniqueness uniqueness = Uniqueness::kChecked) {
  const TupleDesc descriptor = RelationGetDescr(chunk);
  const AttrMap* numbers = pg::attribute_map(descriptor, descriptor);
  ListCell* cell;
  foreach (cell, indexes) {
    Relation index = index_open(lfirst_oid(cell), AccessShareLock);
    const Oid built = build_index(rewrite.transient, index, numbers, rewrite.placement, uniqueness);
    rewrite.indexes = lappend_oid(rewrite.indexes, lfirst_oid(cell));
    rewrite.new_indexes = lappend_oid(rewrite.new_indexes, built);
    index_close(index, NoLock);
  }
}

void insert_entry(Relation index, ItemPointer tid, Datum* values, bool* nulls, bool, void* table) {
  index_insert(index, values, nulls, tid, static_cast<Relation>(table), UNIQUE_CHECK_NO, false,
               nullptr);
}

/// Adds to the indexes that have been built over columns the rows that the table, which does not
/// show these now, has got since.
void add_rows(const Rewrite& rewrite) {
  Relation table = table_open(rewrite.transient, NoLock);
  ListCell* cell;
  foreach (cell, rewrite.new_indexes) {
    Relation index = index_open(lfirst_oid(cell), RowExclusiveLock);
    table_index_build_scan(table, index, BuildIndexInfo(index), false, false, insert_entry, table,
                           nullptr);
    index_close(index, NoLock);
  }
  table_close(table, NoLock);
}

}  // namespace

void build_indexes_of_columns(Rewrite& rewrite) {
  Relation chunk = table_open(rewrite.chunk, NoLock);
  const IndexLists lists = indexes_of(rewrite, chunk);
  if (lists.full != NIL) {
    columns().become(rewrite.transient);
    build_all(rewrite, chunk, lists.full, Uniqueness::kKnown);
    columns().prepare(rewrite.transient);
  }
  table_close(chunk, NoLock);
}

void build_indexes(Rewrite& rewrite, double rows) {
  add_rows(rewrite);
  store_size(rewrite.transient, rows);
  Relation chunk = table_open(rewrite.chunk, NoLock);
  const IndexLists lists = indexes_of(rewrite, chunk);
  build_all(rewrite, chunk, lists.of_rows);
  if (lists.full != NIL) columns().become(rewrite.transient);
  build_all(rewrite, chunk, lists.full);
  table_close(chunk, NoLock);
}

}  // namespace varve::chunk
