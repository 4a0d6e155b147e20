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

IndexStmt* newest_first(Oid relation, const NameData& column) {
  IndexElem* key = makeNode(IndexElem);
  key->name = pstrdup(NameStr(column));
  key->ordering = SORTBY_DESC;
  key->nulls_ordering = SORTBY_NULLS_DEFAULT;
  IndexStmt* statement = makeNode(IndexStmt);
  statement->relation =
      makeRangeVar(get_namespace_name(get_rel_namespace(relation)), get_rel_name(relation), -1);
  statement->accessMethod = pstrdup("btree");
  statement->indexParams = list_make1(key);
  return statement;
}

}  // namespace

void create_default_index(Oid relation, const Dimension& dimension) {
  pg::call([&] {
    if (has_leading_index(relation, dimension.column)) return;
    const ObjectAddress index =
        DefineIndex(relation, newest_first(relation, dimension.name), InvalidOid, InvalidOid,
                    InvalidOid, false, true, true, false, true);
    CommandCounterIncrement();
    expect_children(index.objectId);
  });
}

}  // namespace varve::hypertable
