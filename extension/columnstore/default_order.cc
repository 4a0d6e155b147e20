#include "extension/columnstore/default_order.h"

extern "C" {
#include <access/genam.h>
#include <access/table.h>
#include <catalog/pg_am.h>
#include <catalog/pg_index.h>
#include <parser/parse_oper.h>
#include <utils/lsyscache.h>
#include <utils/rel.h>
}

namespace varve::columnstore {
namespace {

/// What an index would have us segment by.
struct Proposal {
  List* columns;
  bool is_unique;
  char* index;
};

bool is_sortable(Oid type) {
  Oid less = InvalidOid;
  get_sort_group_operators(type, false, false, false, &less, nullptr, nullptr, nullptr);
  return OidIsValid(less);
}

/// No columns where the index has not the time column, or nothing else that will do.
Proposal proposal_of(Relation index, Oid hypertable, AttrNumber time) {
  Proposal proposal = {NIL, index->rd_index->indisunique, pstrdup(RelationGetRelationName(index))};
  bool has_time = false;
  for (int i = 0; i < index->rd_index->indnkeyatts; ++i) {
    const AttrNumber column = index->rd_index->indkey.values[i];
    if (column <= 0) return {NIL, false, nullptr};
    has_time |= column == time;
    if (column == time || !is_sortable(get_atttype(hypertable, column))) continue;
    proposal.columns = lappend(proposal.columns, get_attname(hypertable, column, false));
  }
  if (!has_time || index->rd_rel->relam != BTREE_AM_OID) proposal.columns = NIL;
  return proposal;
}

bool is_better(const Proposal& a, const Proposal& b) {
  if (a.columns == NIL) return false;
  if (b.columns == NIL) return true;
  if (a.is_unique != b.is_unique) return a.is_unique;
  return list_length(a.columns) < list_length(b.columns);
}

}  // namespace

List* default_segmentby(Oid hypertable, const char* time_column, const char** because) {
  const AttrNumber time = get_attnum(hypertable, time_column);
  Relation table = table_open(hypertable, AccessShareLock);
  Proposal best = {NIL, false, nullptr};
  ListCell* cell;
  foreach (cell, RelationGetIndexList(table)) {
    Relation index = index_open(lfirst_oid(cell), AccessShareLock);
    const Proposal proposal = proposal_of(index, hypertable, time);
    if (is_better(proposal, best)) best = proposal;
    index_close(index, NoLock);
  }
  table_close(table, NoLock);
  *because = best.columns != NIL ? best.index : nullptr;
  return best.columns;
}

List* default_orderby(const char* time_column) {
  auto* column = static_cast<OrderColumn*>(palloc(sizeof(OrderColumn)));
  *column = {pstrdup(time_column), true, true};
  return list_make1(column);
}

}  // namespace varve::columnstore
