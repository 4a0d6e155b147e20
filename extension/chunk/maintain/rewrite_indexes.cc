// The indexes of a chunk that gets new files.
#include "extension/chunk/maintain/columns.h"
#include "extension/chunk/maintain/rewrite.h"

#include "extension/pg/attribute_map.h"
extern "C" {
#include <access/genam.h>
#include <access/htup_details.h>
#include <access/table.h>
#include <access/xact.h>
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

/// The definition of the index for the transient table, whose columns have the same numbers.
IndexStmt* definition_of(Relation index, const AttrMap* numbers, const Placement& placement) {
  Oid constraint = InvalidOid;
  IndexStmt* definition = generateClonedIndexStmt(nullptr, index, numbers, &constraint);
  if (placement.moves_indexes) definition->tableSpace = get_tablespace_name(placement.indexes);
  // Not where default_tablespace of this session points.
  if (definition->tableSpace == nullptr) {
    definition->tableSpace = get_tablespace_name(MyDatabaseTableSpace);
  }
  // One whose concurrent build has failed may have failed because of duplicates.
  if (!index->rd_index->indisvalid) definition->unique = definition->isconstraint = false;
  return definition;
}

Oid build_index(Oid transient, Relation index, const AttrMap* numbers, const Placement& placement) {
  IndexStmt* definition = definition_of(index, numbers, placement);
  const Oid built = DefineIndex(transient, definition, InvalidOid, InvalidOid, InvalidOid, true,
                                false, false, false, true)
                        .objectId;
  CommandCounterIncrement();
  return built;
}

/// The indexes of a chunk, by what they shall have.
struct IndexLists {
  List* of_rows;  // the rows beside the columns, or all there are
  List* full;     // rows in columns, too
};

IndexLists indexes_of(Relation chunk, Oid transient) {
  Relation target = table_open(transient, NoLock);
  const bool has_columns = columns().has(target);
  table_close(target, NoLock);
  IndexLists lists = {NIL, NIL};
  ListCell* cell;
  foreach (cell, RelationGetIndexList(chunk)) {
    Relation index = index_open(lfirst_oid(cell), AccessShareLock);
    List*& list = has_columns && columns().wants_full(chunk, index) ? lists.full : lists.of_rows;
    list = lappend_oid(list, lfirst_oid(cell));
    index_close(index, NoLock);
  }
  return lists;
}

void build_all(Rewrite& rewrite, Relation chunk, const List* indexes) {
  const TupleDesc descriptor = RelationGetDescr(chunk);
  const AttrMap* numbers = pg::attribute_map(descriptor, descriptor);
  ListCell* cell;
  foreach (cell, indexes) {
    Relation index = index_open(lfirst_oid(cell), AccessShareLock);
    const Oid built = build_index(rewrite.transient, index, numbers, rewrite.placement);
    rewrite.indexes = lappend_oid(rewrite.indexes, lfirst_oid(cell));
    rewrite.new_indexes = lappend_oid(rewrite.new_indexes, built);
    index_close(index, NoLock);
  }
}

}  // namespace

void build_indexes(Rewrite& rewrite, double rows) {
  store_size(rewrite.transient, rows);
  Relation chunk = table_open(rewrite.chunk, NoLock);
  const IndexLists lists = indexes_of(chunk, rewrite.transient);
  build_all(rewrite, chunk, lists.of_rows);
  if (lists.full != NIL) columns().become(rewrite.transient);
  build_all(rewrite, chunk, lists.full);
  table_close(chunk, NoLock);
}

}  // namespace varve::chunk
