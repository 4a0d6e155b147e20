// Offers SkipScan to the planner: which indexes can do it, what it costs, the plan.
#include "extension/planner/skip_path.h"

#include <algorithm>
#include <cmath>
#include <span>

#include "extension/catalog/hypertable_cache.h"
#include "extension/planner/reduction.h"
#include "extension/planner/skip_conditions.h"
#include "extension/planner/skip_order.h"
#include "extension/planner/skip_scan.h"

#include "extension/pg/boundary.h"
extern "C" {
#include <access/genam.h>
#include <access/htup_details.h>
#include <access/stratnum.h>
#include <access/sysattr.h>
#include <catalog/pg_am.h>
#include <catalog/pg_class.h>
#include <nodes/makefuncs.h>
#include <nodes/nodeFuncs.h>
#include <optimizer/clauses.h>
#include <optimizer/cost.h>
#include <optimizer/optimizer.h>
#include <optimizer/pathnode.h>
#include <optimizer/paths.h>
#include <optimizer/planmain.h>
#include <optimizer/restrictinfo.h>
#include <parser/parsetree.h>
#include <utils/guc.h>
#include <utils/lsyscache.h>
#include <utils/selfuncs.h>
#include <utils/syscache.h>
}

namespace varve::planner {
namespace {

bool enabled = true;
set_rel_pathlist_hook_type previous_pathlist = nullptr;

/// A table whose rows may be reduced, and how; attribute numbers are the table's own.
struct Reducible {
  PlannerInfo* root;
  RelOptInfo* relation;
  Oid table;
  Reduction reduction;
};

/// One way through an index.
struct Candidate {
  const Reducible& table;
  IndexOptInfo* index;
  List* conditions;  // IndexCondition*
  SkipOrder order;
};

IndexCondition* condition_at(const ListCell* cell) {
  return static_cast<IndexCondition*>(lfirst(cell));
}

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

bool reducible(PlannerInfo* root, RelOptInfo* relation, const RangeTblEntry& entry,
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

/// Whether something wants a system column that a row of the node does not have.
bool needs_system_columns(const RelOptInfo& relation) {
  Bitmapset* columns = nullptr;
  pull_varattnos(reinterpret_cast<Node*>(relation.reltarget->exprs), relation.relid, &columns);
  ListCell* cell;
  foreach (cell, relation.baserestrictinfo) {
    pull_varattnos(reinterpret_cast<Node*>(lfirst_node(RestrictInfo, cell)->clause), relation.relid,
                   &columns);
  }
  for (int column = MinTransactionIdAttributeNumber; column > FirstLowInvalidHeapAttributeNumber;
       --column) {
    if (column == TableOidAttributeNumber || column == SelfItemPointerAttributeNumber) continue;
    if (bms_is_member(column - FirstLowInvalidHeapAttributeNumber, columns)) return true;
  }
  return false;
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

bool is_in_prefix(const Candidate& candidate, const Node* node) {
  if (!IsA(node, Var)) return false;
  const auto* variable = reinterpret_cast<const Var*>(node);
  if (variable->varno != static_cast<int>(candidate.table.relation->relid)) return false;
  const int* keys = candidate.index->indexkeys;
  return std::find(keys, keys + candidate.order.prefix, variable->varattno) !=
         keys + candidate.order.prefix;
}

bool sorts_prefix(const Candidate& candidate, const PathKey& key) {
  ListCell* cell;
  foreach (cell, key.pk_eclass->ec_members) {
    if (is_in_prefix(candidate,
                     reinterpret_cast<Node*>(lfirst_node(EquivalenceMember, cell)->em_expr))) {
      return true;
    }
  }
  return false;
}

/// What the rows are sorted by: the prefix one way, what follows it perhaps the other.
List* pathkeys_of(const Candidate& candidate) {
  const auto one_way = [&](bool backward) {
    return build_index_pathkeys(candidate.table.root, candidate.index,
                                backward ? BackwardScanDirection : ForwardScanDirection);
  };
  List* prefix = one_way(candidate.order.prefix_backward);
  List* rest = one_way(candidate.order.rest_backward);
  List* pathkeys = NIL;
  ListCell* first;
  ListCell* second;
  forboth(first, prefix, second, rest) {
    const bool in_prefix = sorts_prefix(candidate, *lfirst_node(PathKey, first));
    pathkeys = lappend(pathkeys, in_prefix ? lfirst(first) : lfirst(second));
  }
  return truncate_useless_pathkeys(candidate.table.root, candidate.table.relation, pathkeys);
}

/// The columns of the prefix that are skipped over.
List* skipped_columns(const Candidate& candidate) {
  List* columns = NIL;
  for (int i = 0; i < candidate.order.prefix; ++i) {
    const auto* entry = static_cast<TargetEntry*>(list_nth(candidate.index->indextlist, i));
    columns = lappend(columns, entry->expr);
  }
  return columns;
}

/// How many distinct values the prefix has among the part `rows` of the table's rows.
double distinct_values(const Candidate& candidate, double rows) {
  RelOptInfo* relation = candidate.table.relation;
  const double own = relation->rows;
  relation->rows = clamp_row_est(rows);  // where PostgreSQL looks how many were filtered out
  const double distinct = estimate_num_groups(candidate.table.root, skipped_columns(candidate),
                                              relation->rows, nullptr, nullptr);
  relation->rows = own;
  return distinct;
}

/// How much of the table the conditions leave that the index can use, those on the prefix alone or
/// all.
Selectivity selectivity_of(const Candidate& candidate, bool prefix_only) {
  List* clauses = NIL;
  ListCell* cell;
  foreach (cell, candidate.conditions) {
    const IndexCondition* condition = condition_at(cell);
    if (prefix_only && condition->column >= candidate.order.prefix) continue;
    clauses = lappend(clauses, condition->source);
  }
  return clauselist_selectivity(candidate.table.root, clauses,
                                static_cast<int>(candidate.table.relation->relid), JOIN_INNER,
                                nullptr);
}

/// Whether the row where a value is found is the first in order: then one search will do.
bool is_single_pass(const Candidate& candidate) {
  if (candidate.order.prefix_backward != candidate.order.rest_backward) return false;
  ListCell* cell;
  foreach (cell, candidate.conditions) {
    if (condition_at(cell)->column >= candidate.order.prefix) return false;
  }
  return true;
}

/// One descent of the index a value, or two, and rows until one passes.
void set_costs(const Candidate& candidate, Path* path) {
  const RelOptInfo& relation = *candidate.table.relation;
  const IndexOptInfo& index = *candidate.index;
  PlannerInfo* root = candidate.table.root;
  const double tuples = std::max(1.0, relation.tuples);
  const double visited = distinct_values(candidate, tuples * selectivity_of(candidate, true));
  const double in_range = std::max(1.0, tuples * selectivity_of(candidate, false) / visited);
  const double matching = std::min(in_range, relation.rows / visited);
  const double examined = visited * std::min(in_range, (in_range + 1) / (matching + 1));
  const double searches = visited * (is_single_pass(candidate) ? 1 : 2);

  const Cost search =
      (std::ceil(std::log2(tuples + 1)) + 50 * (index.tree_height + 1)) * cpu_operator_cost;
  const double pages = index_pages_fetched(searches, index.pages, index.pages, root) +
                       index_pages_fetched(examined, relation.pages, index.pages, root);
  const Cost row = cpu_tuple_cost + cpu_index_tuple_cost + relation.baserestrictcost.per_tuple;
  path->rows = clamp_row_est(std::min(distinct_values(candidate, relation.rows), visited));
  path->startup_cost = relation.baserestrictcost.startup + search;
  path->total_cost =
      path->startup_cost + searches * search + pages * random_page_cost + examined * row;
}

/// Conditions on the prefix alone, which a value can be asked before its rows are looked at.
List* prefix_conditions(const RelOptInfo& relation, List* clauses, List* prefix) {
  List* conditions = NIL;
  ListCell* cell;
  foreach (cell, clauses) {
    auto* clause = lfirst_node(RestrictInfo, cell);
    Bitmapset* columns = nullptr;
    pull_varattnos(reinterpret_cast<Node*>(clause->clause), relation.relid, &columns);
    bool in_prefix = !clause->pseudoconstant && !bms_is_empty(columns);
    for (int column = -1; (column = bms_next_member(columns, column)) >= 0;) {
      const int attribute = column + FirstLowInvalidHeapAttributeNumber;
      in_prefix = in_prefix && attribute > 0 && list_member_int(prefix, attribute);
    }
    if (in_prefix &&
        restriction_is_securely_promotable(clause, const_cast<RelOptInfo*>(&relation)) &&
        !contain_subplans(reinterpret_cast<Node*>(clause->clause)) &&
        !contain_volatile_functions(reinterpret_cast<Node*>(clause->clause))) {
      conditions = lappend(conditions, clause->clause);
    }
  }
  return conditions;
}

Plan* make_plan(PlannerInfo*, RelOptInfo* relation, CustomPath* path, List* targets, List* clauses,
                List*) {
  auto* prefix = static_cast<List*>(lthird(path->custom_private));
  auto* scan = makeNode(CustomScan);
  scan->scan.plan.targetlist = targets;
  scan->scan.plan.qual = extract_actual_clauses(clauses, false);
  scan->scan.scanrelid = relation->relid;
  scan->flags = path->flags;
  scan->custom_exprs =
      list_make2(prefix_conditions(*relation, clauses, prefix), lfourth(path->custom_private));
  scan->custom_private =
      list_make3(linitial(path->custom_private), lsecond(path->custom_private), prefix);
  scan->methods = &kSkipScan;
  return &scan->scan.plan;
}

const CustomPathMethods kSkipPath = {.CustomName = "SkipScan",
                                     .PlanCustomPath = make_plan,
                                     .ReparameterizeCustomPathByChild = nullptr};

/// What the plan needs, as skip_scan.h has it, and the values of the keys behind.
List* private_data(const Candidate& candidate) {
  List* numbers = list_make4_int(static_cast<int>(candidate.index->indexoid),
                                 candidate.order.prefix, candidate.order.prefix_backward ? 1 : 0,
                                 candidate.order.rest_backward ? 1 : 0);
  List* operators = NIL;
  List* prefix = NIL;
  List* values = NIL;
  ListCell* cell;
  foreach (cell, candidate.conditions) {
    const IndexCondition* condition = condition_at(cell);
    numbers = lappend_int(numbers, condition->column + 1);
    numbers = lappend_int(numbers, condition->strategy);
    operators = lappend_oid(operators, condition->operation);
    values = lappend(values, condition->value);
  }
  for (int i = 0; i < candidate.order.prefix; ++i) {
    prefix = lappend_int(prefix, candidate.index->indexkeys[i]);
  }
  return list_make4(numbers, operators, prefix, values);
}

void add_skip_path(const Candidate& candidate) {
  RelOptInfo* relation = candidate.table.relation;
  auto* path = makeNode(CustomPath);
  path->path.pathtype = T_CustomScan;
  path->path.parent = relation;
  path->path.pathtarget = relation->reltarget;
  path->path.parallel_safe = relation->consider_parallel;
  path->path.pathkeys = pathkeys_of(candidate);
  path->flags = CUSTOMPATH_SUPPORT_PROJECTION;
  path->custom_private = private_data(candidate);
  path->methods = &kSkipPath;
  set_costs(candidate, &path->path);
  add_path(relation, &path->path);
}

/// An index that is in order: sparse ones of columnar chunks are not.
bool is_ordered(const IndexOptInfo& index) {
  return index.relam == BTREE_AM_OID && index.sortopfamily != nullptr && index.amhasgettuple &&
         !index.hypothetical && (index.indpred == NIL || index.predOK);
}

void consider(const Reducible& table) {
  ListCell* cell;
  foreach (cell, table.relation->indexlist) {
    auto* index = lfirst_node(IndexOptInfo, cell);
    if (!is_ordered(*index)) continue;
    Candidate candidate = {table, index, index_conditions(table.root, *index), {}};
    if (decide(&candidate)) add_skip_path(candidate);
  }
}

void set_pathlist(PlannerInfo* root, RelOptInfo* relation, Index index, RangeTblEntry* entry) {
  if (previous_pathlist != nullptr) previous_pathlist(root, relation, index, entry);
  const Query& query = *root->parse;
  if (!enabled || !enable_indexscan || relation->indexlist == NIL || entry->inh ||
      IS_DUMMY_REL(relation) || entry->rtekind != RTE_RELATION ||
      entry->relkind != RELKIND_RELATION ||
      (query.distinctClause == NIL && query.groupClause == NIL && !query.hasAggs)) {
    return;
  }
  Reducible table;
  if (reducible(root, relation, *entry, &table) && !needs_system_columns(*relation)) {
    consider(table);
  }
}

}  // namespace

void install_skip_scan() {
  define_skip_scan();
  DefineCustomBoolVariable("timescaledb.enable_skipscan",
                           "Let DISTINCT, and grouping that needs one row of each group, jump from "
                           "one distinct value to the next in an index.",
                           nullptr, &enabled, true, PGC_USERSET, GUC_EXPLAIN, nullptr, nullptr,
                           nullptr);
  previous_pathlist = set_rel_pathlist_hook;
  set_rel_pathlist_hook = set_pathlist;
}

}  // namespace varve::planner
