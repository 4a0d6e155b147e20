// Which indexes can skip: those that are sorted by the columns of the groups first, as the query
// compares them.
#include "extension/planner/skip_candidate.h"

#include <span>

#include "extension/catalog/hypertable_cache.h"

#include "extension/pg/boundary.h"
extern "C" {
#include <access/htup_details.h>
#include <access/stratnum.h>
#include <catalog/pg_attribute.h>
#include <parser/parsetree.h>
#include <utils/lsyscache.h>
#include <utils/syscache.h>
}

namespace varve::planner {
namespace {

/// The only table that the query reads, as far as joins were not removed.
int only_relation(const PlannerInfo& root) {
  int relation = 0;
  return bms_get_singleton_member(root.all_baserels, &relation) ? relation : 0;
}

/// The number that a chunk has for a column of the hypertable.
AttrNumber translated(AttrNumber column, Oid hypertable, Oid chunk) {
  if (hypertable == chunk) return column;
  return get_attnum(chunk, get_attname(hypertable, column, false));
}

void translate(List* orders, Oid hypertable, Oid chunk) {
  ListCell* cell;
  foreach (cell, orders) {
    auto* order = static_cast<ReductionOrder*>(lfirst(cell));
    order->column = translated(order->column, hypertable, chunk);
  }
}

Form_pg_attribute attribute_of(Oid table, AttrNumber column, HeapTuple* tuple) {
  *tuple = SearchSysCache2(ATTNUM, ObjectIdGetDatum(table), Int16GetDatum(column));
  if (!HeapTupleIsValid(*tuple)) elog(ERROR, "column %d of relation %u is missing", column, table);
  return reinterpret_cast<Form_pg_attribute>(GETSTRUCT(*tuple));
}

/// Whether entries of the index hold the column's own values; those of `name` are shorter.
bool stores_values(const IndexOptInfo& index, int column, Oid type) {
  return get_atttype(index.indexoid, static_cast<AttrNumber>(column + 1)) == type;
}

/// Whether the index's idea of equal and ordered values is that of the keys.
bool agrees(const Reduction& reduction, AttrNumber column, Oid family) {
  ListCell* cell;
  foreach (cell, reduction.keys) {
    const auto* key = static_cast<ReductionKey*>(lfirst(cell));
    if (key->column == column && get_op_opfamily_strategy(key->equality, family) == 0) return false;
  }
  foreach (cell, reduction.rest) {
    const auto* order = static_cast<ReductionOrder*>(lfirst(cell));
    if (order->column == column && order->family != family) return false;
  }
  return true;
}

IndexedColumn describe(const Candidate& candidate, int column) {
  const IndexOptInfo& index = *candidate.index;
  const auto attribute = static_cast<AttrNumber>(index.indexkeys[column]);
  IndexedColumn described = {0, index.reverse_sort[column], index.nulls_first[column], false,
                             false};
  if (attribute <= 0) return described;
  HeapTuple tuple;
  Form_pg_attribute form = attribute_of(candidate.table.table, attribute, &tuple);
  if (form->attcollation == index.indexcollations[column] &&
      stores_values(index, column, form->atttypid) &&
      agrees(candidate.table.reduction, attribute, index.opfamily[column])) {
    described.attribute = attribute;
  }
  described.not_null = form->attnotnull;
  ReleaseSysCache(tuple);
  ListCell* cell;
  foreach (cell, candidate.conditions) {
    const IndexCondition* condition = condition_at(cell);
    described.is_bound = described.is_bound || (condition->column == column &&
                                                condition->strategy == BTEqualStrategyNumber);
  }
  return described;
}

struct Orders {
  OrderedColumn columns[INDEX_MAX_KEYS];
  std::size_t count;
};

Orders orders_of(List* items) {
  Orders orders = {};
  ListCell* cell;
  foreach (cell, items) {
    const auto* item = static_cast<ReductionOrder*>(lfirst(cell));
    if (orders.count == INDEX_MAX_KEYS) break;  // more than an index can have
    orders.columns[orders.count++] = {item->column, item->descending, item->nulls_first};
  }
  return orders;
}

}  // namespace

bool find_reducible(PlannerInfo* root, RelOptInfo* relation, const RangeTblEntry& entry,
                    Reducible* table) {
  const int base = only_relation(*root);
  if (base == 0) return false;
  const RangeTblEntry* read = planner_rt_fetch(base, root);
  if (read->rtekind != RTE_RELATION || read->tablesample != nullptr ||
      pg::entry([&] { return catalog::cached_hypertable(read->relid); }) == nullptr ||
      !reduction_of(*root->parse, base, &table->reduction)) {
    return false;
  }
  table->root = root;
  table->relation = relation;
  table->table = entry.relid;
  ListCell* cell;
  foreach (cell, table->reduction.keys) {
    auto* key = static_cast<ReductionKey*>(lfirst(cell));
    key->column = translated(key->column, read->relid, entry.relid);
  }
  translate(table->reduction.rest, read->relid, entry.relid);
  translate(table->reduction.wanted, read->relid, entry.relid);
  return true;
}

bool decide(Candidate* candidate) {
  const Reduction& reduction = candidate->table.reduction;
  IndexedColumn columns[INDEX_MAX_KEYS];
  int keys[INDEX_MAX_KEYS];
  const int key_count = list_length(reduction.keys);
  if (key_count > INDEX_MAX_KEYS || list_length(reduction.rest) > INDEX_MAX_KEYS) return false;
  for (int i = 0; i < candidate->index->nkeycolumns; ++i) columns[i] = describe(*candidate, i);
  for (int i = 0; i < key_count; ++i) {
    keys[i] = static_cast<ReductionKey*>(list_nth(reduction.keys, i))->column;
  }
  const Orders rest = orders_of(reduction.rest);
  const Orders wanted = orders_of(reduction.wanted);
  const auto order =
      skip_order(std::span(columns, static_cast<std::size_t>(candidate->index->nkeycolumns)),
                 std::span(keys, static_cast<std::size_t>(key_count)),
                 std::span(rest.columns, rest.count), std::span(wanted.columns, wanted.count));
  if (order) candidate->order = *order;
  return order.has_value();
}

}  // namespace varve::planner
