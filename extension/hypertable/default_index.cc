#include "extension/hypertable/default_index.h"

#include "extension/hypertable/convert.h"

#include "extension/pg/boundary.h"
extern "C" {
#include <access/genam.h>
#include <access/htup_details.h>
#include <access/table.h>
#include <access/xact.h>
#include <catalog/pg_am.h>
#include <catalog/pg_index.h>
#include <commands/defrem.h>
#include <nodes/makefuncs.h>
#include <utils/lsyscache.h>
}

namespace varve::hypertable {
namespace {

/// A whole b-tree whose first key is `column`, in either direction.
bool leads_with(Oid index_oid, AttrNumber column) {
  Relation index = index_open(index_oid, AccessShareLock);
  const bool leads = index->rd_rel->relam == BTREE_AM_OID &&
                     index->rd_index->indkey.values[0] == column &&
                     heap_attisnull(index->rd_indextuple, Anum_pg_index_indpred, nullptr);
  index_close(index, NoLock);
  return leads;
}

bool has_leading_index(Oid relation, AttrNumber column) {
  Relation table = table_open(relation, NoLock);
  bool found = false;
  ListCell* cell;
  foreach (cell, RelationGetIndexList(table)) {
    found = found || leads_with(lfirst_oid(cell), column);
  }
  table_close(table, NoLock);
  return found;
}

IndexElem* key_of(const NameData& column, SortByDir ordering) {
  IndexElem* key = makeNode(IndexElem);
  key->name = pstrdup(NameStr(column));
  key->ordering = ordering;
  key->nulls_ordering = SORTBY_NULLS_DEFAULT;
  return key;
}

IndexStmt* definition_of(Oid relation, List* keys) {
  IndexStmt* statement = makeNode(IndexStmt);
  statement->relation =
      makeRangeVar(get_namespace_name(get_rel_namespace(relation)), get_rel_name(relation), -1);
  statement->accessMethod = pstrdup("btree");
  statement->indexParams = keys;
  return statement;
}

void define(Oid relation, List* keys) {
  const ObjectAddress index = DefineIndex(relation, definition_of(relation, keys), InvalidOid,
                                          InvalidOid, InvalidOid, false, true, true, false, true);
  CommandCounterIncrement();
  expect_children(index.objectId);
}

}  // namespace

void create_default_index(Oid relation, const Dimension& dimension) {
  pg::call([&] {
    if (has_leading_index(relation, dimension.column)) return;
    define(relation, list_make1(key_of(dimension.name, SORTBY_DESC)));
  });
}

void create_space_index(Oid relation, const NameData& column, const Dimension& dimension) {
  pg::call([&] {
    if (has_leading_index(relation, get_attnum(relation, NameStr(column)))) return;
    define(relation,
           list_make2(key_of(column, SORTBY_DEFAULT), key_of(dimension.name, SORTBY_DESC)));
  });
}

}  // namespace varve::hypertable
