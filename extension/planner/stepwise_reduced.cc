// Steps of a query that needs one row of each distinct value.
#include <algorithm>
#include <span>

#include "extension/planner/comparison.h"
#include "extension/planner/reduction.h"
#include "extension/planner/skip_order.h"
#include "extension/planner/stepwise_query.h"
#include "extension/planner/stepwise_relation.h"
#include "extension/planner/stepwise_scan.h"

#include "extension/pg/tree.h"
extern "C" {
#include <access/genam.h>
#include <access/stratnum.h>
#include <access/sysattr.h>
#include <access/table.h>
#include <catalog/pg_am.h>
#include <nodes/makefuncs.h>
#include <nodes/nodeFuncs.h>
#include <optimizer/optimizer.h>
#include <optimizer/tlist.h>
#include <parser/parse_clause.h>
#include <parser/parse_oper.h>
#include <utils/lsyscache.h>
#include <utils/rel.h>
}

namespace varve::planner {
namespace {

/// Adds the columns that conditions connected by AND compare with a value by equality.
void find_bound_columns(Node* condition, Bitmapset** columns) {
  if (condition == nullptr) return;
  if (is_andclause(condition)) {
    ListCell* cell;
    foreach (cell, castNode(BoolExpr, condition)->args) {
      find_bound_columns(static_cast<Node*>(lfirst(cell)), columns);
    }
    return;
  }
  Comparison comparison;
  if (!comparison_of(condition, &comparison) || comparison.strategy != BTEqualStrategyNumber) {
    return;
  }
  if (variable_of(comparison.left) == nullptr) comparison = mirrored(comparison);
  const Var* column = variable_of(comparison.left);
  if (column != nullptr && column->varattno > 0 && !contain_var_clause(comparison.right)) {
    *columns = bms_add_member(*columns, column->varattno);
  }
}

int describe(Relation table, Relation index, const Bitmapset* bound, IndexedColumn* columns) {
  const int count = IndexRelationGetNumberOfKeyAttributes(index);
  for (int i = 0; i < count; ++i) {
    const AttrNumber attribute = index->rd_index->indkey.values[i];
    const int16 options = index->rd_indoption[i];
    columns[i] = {
        attribute, (options & INDOPTION_DESC) != 0, (options & INDOPTION_NULLS_FIRST) != 0,
        attribute > 0 && TupleDescAttr(RelationGetDescr(table), attribute - 1)->attnotnull,
        attribute > 0 && bms_is_member(attribute, bound)};
  }
  return count;
}

bool index_serves(Relation table, Oid index_oid, const Reduction& reduction,
                  const Bitmapset* bound) {
  int keys[INDEX_MAX_KEYS];
  OrderedColumn rest[INDEX_MAX_KEYS];
  int key_count = 0;
  std::size_t rest_count = 0;
  ListCell* cell;
  foreach (cell, reduction.keys) {
    keys[key_count++] = static_cast<ReductionKey*>(lfirst(cell))->column;
  }
  foreach (cell, reduction.rest) {
    const auto* order = static_cast<ReductionOrder*>(lfirst(cell));
    rest[rest_count++] = {order->column, order->descending, order->nulls_first};
  }
  Relation index = index_open(index_oid, AccessShareLock);
  IndexedColumn columns[INDEX_MAX_KEYS];
  const bool fits =
      index->rd_rel->relam == BTREE_AM_OID && index->rd_index->indisvalid &&
      skip_order(
          std::span(columns, static_cast<std::size_t>(describe(table, index, bound, columns))),
          std::span(keys, static_cast<std::size_t>(key_count)), std::span(rest, rest_count), {})
          .has_value();
  index_close(index, AccessShareLock);
  return fits;
}

/// Whether chunks have an index that finds the rows. Without one a step would have to read all of
/// its rows, which a plan of all chunks does better, and in parallel.
bool has_index(const Query& query, const StepwiseRelation& relation, const Reduction& reduction) {
  if (list_length(reduction.keys) > INDEX_MAX_KEYS ||
      list_length(reduction.rest) > INDEX_MAX_KEYS) {
    return false;
  }
  Bitmapset* bound = nullptr;
  find_bound_columns(query.jointree->quals, &bound);
  Relation table = table_open(relation.entry->relid, NoLock);
  bool found = false;
  ListCell* cell;
  foreach (cell, RelationGetIndexList(table)) {
    found = found || index_serves(table, lfirst_oid(cell), reduction, bound);
  }
  table_close(table, NoLock);
  return found;
}

bool is_key(const Reduction& reduction, int column) {
  ListCell* cell;
  foreach (cell, reduction.keys) {
    if (static_cast<ReductionKey*>(lfirst(cell))->column == column) return true;
  }
  return false;
}

TargetEntry* target_of(const Query& step, AttrNumber column) {
  return static_cast<TargetEntry*>(list_nth(step.targetList, column - 1));
}

/// The keys as a DISTINCT or GROUP BY clause over the step's own targets.
List* key_clauses(const Query& step, const Reduction& reduction) {
  List* clauses = NIL;
  ListCell* cell;
  foreach (cell, reduction.keys) {
    const auto* key = static_cast<ReductionKey*>(lfirst(cell));
    TargetEntry* target = target_of(step, key->column);
    auto* clause = makeNode(SortGroupClause);
    bool hashable;
    get_sort_group_operators(exprType(reinterpret_cast<Node*>(target->expr)), true, true, false,
                             &clause->sortop, &clause->eqop, nullptr, &hashable);
    clause->hashable = hashable;
    clause->tleSortGroupRef = assignSortGroupRef(target, step.targetList);
    clauses = lappend(clauses, clause);
  }
  return clauses;
}

/// DISTINCT ON (keys): the query's own ORDER BY goes on deciding which row it is.
void make_distinct_on(const Query& query, const Reduction& reduction, Query& step) {
  step.hasDistinctOn = true;
  step.distinctClause = key_clauses(step, reduction);
  step.sortClause = list_copy(step.distinctClause);
  ListCell* cell;
  foreach (cell, query.sortClause) {
    const auto* asked = lfirst_node(SortGroupClause, cell);
    const Node* key =
        get_sortgroupclause_expr(const_cast<SortGroupClause*>(asked), query.targetList);
    const AttrNumber column = reinterpret_cast<const Var*>(key)->varattno;
    if (is_key(reduction, column)) continue;
    auto* clause = static_cast<SortGroupClause*>(copyObjectImpl(asked));
    clause->tleSortGroupRef = assignSortGroupRef(target_of(step, column), step.targetList);
    step.sortClause = lappend(step.sortClause, clause);
  }
}

/// What the query has of last(value, time) and max(time), or of first() and min().
struct Forms {
  AttrNumber time;  // the column
  const Aggref* of_value;
  const Aggref* of_time;
};

bool find_forms(Node* node, void* context) {
  if (node == nullptr) return false;
  if (!IsA(node, Aggref)) return pg::walk_expression(node, find_forms, context);
  const auto* aggregate = castNode(Aggref, node);
  auto* forms = static_cast<Forms*>(context);
  const auto* argument = linitial_node(TargetEntry, aggregate->args);
  const Var* column = variable_of(reinterpret_cast<Node*>(argument->expr));
  if (list_length(aggregate->args) == 2) {
    forms->of_value = aggregate;
  } else if (column != nullptr && column->varattno == forms->time &&
             aggregate->aggdistinct == NIL) {
    forms->of_time = aggregate;
  }
  return false;
}

/// last(column, time), in the form of an aggregate of the query.
Aggref* value_at(const Aggref& form, const Expr* column, Node* time) {
  auto* aggregate = static_cast<Aggref*>(copyObjectImpl(&form));
  const auto* node = reinterpret_cast<const Node*>(column);
  aggregate->args =
      list_make2(makeTargetEntry(static_cast<Expr*>(copyObjectImpl(column)), 1, nullptr, false),
                 makeTargetEntry(reinterpret_cast<Expr*>(time), 2, nullptr, false));
  aggregate->aggargtypes = list_make2_oid(exprType(node), exprType(time));
  aggregate->aggtype = exprType(node);
  aggregate->aggcollid = aggregate->inputcollid = exprCollation(node);
  return aggregate;
}

/// GROUP BY keys: what the query computes depends on the newest (or oldest) row of each alone, and
/// every column it needs gets the value there.
void make_groups(const Query& query, const StepwiseRelation& relation, const Reduction& reduction,
                 Query& step) {
  Forms forms = {static_cast<ReductionOrder*>(linitial(reduction.rest))->column, nullptr, nullptr};
  find_forms(reinterpret_cast<Node*>(query.targetList), &forms);
  find_forms(query.havingQual, &forms);
  step.groupClause = key_clauses(step, reduction);
  step.hasAggs = true;
  ListCell* cell;
  foreach (cell, step.targetList) {
    auto* target = lfirst_node(TargetEntry, cell);
    if (!IsA(target->expr, Var) || is_key(reduction, target->resno)) continue;
    const Aggref* value = target->resno == forms.time && forms.of_time != nullptr
                              ? static_cast<Aggref*>(copyObjectImpl(forms.of_time))
                              : value_at(*forms.of_value, target->expr, dimension_of(relation));
    target->expr = reinterpret_cast<Expr*>(const_cast<Aggref*>(value));
  }
}

/// Whether the query reads nothing but keys: then any row of a value will do.
bool reads_keys_only(const Reduction& reduction, const Bitmapset* needed) {
  for (int column = -1; (column = bms_next_member(needed, column)) >= 0;) {
    if (!is_key(reduction, column + FirstLowInvalidHeapAttributeNumber)) return false;
  }
  return true;
}

Query* step_of(const Query& query, const StepwiseRelation& relation, const Reduction& reduction,
               Bitmapset* needed) {
  auto* step = static_cast<Query*>(copyObjectImpl(&query));
  step->targetList = columns_of_step(relation, needed);
  step->querySource = kStep;
  step->distinctClause = step->groupClause = step->sortClause = NIL;
  step->hasDistinctOn = step->hasAggs = false;
  step->havingQual = step->limitCount = step->limitOffset = nullptr;
  const bool groups = query.hasAggs || query.groupClause != NIL;
  if (reduction.rest == NIL && reads_keys_only(reduction, needed)) {
    step->distinctClause = key_clauses(*step, reduction);
  } else if (!groups) {
    make_distinct_on(query, reduction, *step);
  } else if (reduction.rest != NIL) {
    make_groups(query, relation, reduction, *step);
  } else {
    return nullptr;  // columns that depend on the keys
  }
  return step;
}

}  // namespace

void plan_reduced(Query& query) {
  StepwiseRelation relation;
  Reduction reduction;
  if (!stepwise_scan_enabled() || (!groups_rows(query) && !query.hasAggs) ||
      !reads_many_chunks(query, &relation) || !refers_outward_in_conditions_only(query) ||
      !reduction_of(query, relation.index, &reduction) ||
      is_key(reduction, variable_of(dimension_of(relation))->varattno) ||  // nothing to reduce
      !has_index(query, relation, reduction)) {
    return;
  }
  Bitmapset* needed = nullptr;
  if (!find_needed_columns(reinterpret_cast<Node*>(query.targetList), relation.index, &needed) ||
      !find_needed_columns(query.havingQual, relation.index, &needed)) {
    return;
  }
  ListCell* cell;
  foreach (cell, reduction.rest) {  // max(time) of the steps needs no more than the time
    needed = bms_add_member(needed, static_cast<ReductionOrder*>(lfirst(cell))->column -
                                        FirstLowInvalidHeapAttributeNumber);
  }
  Query* step = step_of(query, relation, reduction, needed);
  if (step == nullptr) return;
  relation.entry->inh = false;
  relation.entry->subquery = step;
}

}  // namespace varve::planner
