#include "extension/planner/reduction.h"

#include <cstring>

#include "extension/planner/comparison.h"

#include "extension/pg/tree.h"
extern "C" {
#include <access/htup_details.h>
#include <access/stratnum.h>
#include <catalog/namespace.h>
#include <catalog/pg_aggregate.h>
#include <nodes/primnodes.h>
#include <optimizer/optimizer.h>
#include <optimizer/tlist.h>
#include <utils/lsyscache.h>
#include <utils/syscache.h>
#include <utils/typcache.h>
}

namespace varve::planner {
namespace {

struct Search {
  const Query& query;
  int index;
  Reduction* reduction;
};

/// The column of the relation that an expression is; 0 where it is something else.
AttrNumber column_of(const Search& search, const Node* node) {
  if (node == nullptr || !IsA(node, Var)) return 0;
  const auto* variable = reinterpret_cast<const Var*>(node);
  const bool is_own = variable->varno == search.index && variable->varlevelsup == 0;
  return is_own && variable->varattno > 0 ? variable->varattno : 0;
}

bool is_key(const Reduction& reduction, AttrNumber column) {
  ListCell* cell;
  foreach (cell, reduction.keys) {
    if (static_cast<ReductionKey*>(lfirst(cell))->column == column) return true;
  }
  return false;
}

bool add_key(const Search& search, const Node* expression, Oid equality) {
  const AttrNumber column = column_of(search, expression);
  if (column == 0) return false;
  auto* key = static_cast<ReductionKey*>(palloc(sizeof(ReductionKey)));
  *key = {column, equality};
  search.reduction->keys = lappend(search.reduction->keys, key);
  return true;
}

bool add_keys(const Search& search, List* clauses) {
  ListCell* cell;
  foreach (cell, clauses) {
    auto* clause = lfirst_node(SortGroupClause, cell);
    const Node* key = get_sortgroupclause_expr(clause, search.query.targetList);
    if (!add_key(search, key, clause->eqop)) return false;
  }
  return true;
}

/// One column of an ORDER BY, appended to `order`; false where it is none of the relation's.
bool add_order(const Search& search, SortGroupClause* clause, List** order) {
  Oid family;
  Oid type;
  int16 strategy;
  const Node* key = get_sortgroupclause_expr(clause, search.query.targetList);
  const AttrNumber column = column_of(search, key);
  if (column == 0 || !get_ordering_op_properties(clause->sortop, &family, &type, &strategy)) {
    return false;
  }
  auto* item = static_cast<ReductionOrder*>(palloc(sizeof(ReductionOrder)));
  *item = {column, family, strategy == BTGreaterStrategyNumber, clause->nulls_first};
  *order = lappend(*order, item);
  return true;
}

/// SELECT DISTINCT: any row; DISTINCT ON: the first by what the ORDER BY has behind the keys.
bool reduce_distinct(const Search& search) {
  if (!add_keys(search, search.query.distinctClause)) return false;
  ListCell* cell;
  foreach (cell, search.query.sortClause) {
    auto* clause = lfirst_node(SortGroupClause, cell);
    const Node* key = get_sortgroupclause_expr(clause, search.query.targetList);
    const AttrNumber column = column_of(search, key);
    if (column != 0 && is_key(*search.reduction, column)) continue;
    if (search.query.hasDistinctOn && !add_order(search, clause, &search.reduction->rest)) {
      return false;
    }
  }
  return true;
}

/// The operator that sorts the result of min(), max() and the like to the front.
Oid sort_operator_of(Oid aggregate, Oid* transition) {
  HeapTuple tuple = SearchSysCache1(AGGFNOID, ObjectIdGetDatum(aggregate));
  if (!HeapTupleIsValid(tuple)) return InvalidOid;
  const auto* form = reinterpret_cast<Form_pg_aggregate>(GETSTRUCT(tuple));
  const Oid operation = form->aggsortop;
  *transition = form->aggtransfn;
  ReleaseSysCache(tuple);
  return operation;
}

bool is_ours(Oid function, const char* name) {
  const char* own = get_func_name(function);
  return own != nullptr && std::strcmp(own, name) == 0 &&
         get_func_namespace(function) == get_namespace_oid("varve_catalog", true);
}

/// Asks for the newest or the oldest row of each key; false where the other was asked for before.
bool order_by_dimension(const Search& search, const Node* argument, bool descending) {
  const Var* variable = variable_of(argument);
  if (variable == nullptr || !is_dimension(search.query, *variable)) return false;
  if (search.reduction->rest != NIL) {
    return static_cast<ReductionOrder*>(linitial(search.reduction->rest))->descending == descending;
  }
  const Oid type = getBaseType(variable->vartype);
  auto* order = static_cast<ReductionOrder*>(palloc(sizeof(ReductionOrder)));
  *order = {variable->varattno, lookup_type_cache(type, TYPECACHE_BTREE_OPFAMILY)->btree_opf,
            descending, descending};
  search.reduction->rest = list_make1(order);
  return true;
}

const Node* argument(const Aggref& aggregate, int index) {
  return reinterpret_cast<Node*>(static_cast<TargetEntry*>(list_nth(aggregate.args, index))->expr);
}

/// last(value, time), first(value, time), max(time), min(time), min and max of a key: the row that
/// is kept has their value.
bool keeps_value(const Search& search, const Aggref& aggregate) {
  Oid transition = InvalidOid;
  const Oid operation = sort_operator_of(aggregate.aggfnoid, &transition);
  if (list_length(aggregate.args) == 2) {
    const bool is_last = is_ours(transition, "last_transition");
    return (is_last || is_ours(transition, "first_transition")) &&
           order_by_dimension(search, argument(aggregate, 1), is_last);
  }
  if (list_length(aggregate.args) != 1 || !OidIsValid(operation)) return false;
  const AttrNumber column = column_of(search, argument(aggregate, 0));
  if (column != 0 && is_key(*search.reduction, column)) return true;
  Oid family;
  Oid type;
  int16 strategy;
  return get_ordering_op_properties(operation, &family, &type, &strategy) &&
         order_by_dimension(search, argument(aggregate, 0), strategy == BTGreaterStrategyNumber);
}

/// count(DISTINCT column): one more key.
bool add_distinct_argument(const Search& search, const Aggref& aggregate) {
  if (list_length(aggregate.args) != 1 || list_length(aggregate.aggdistinct) != 1) return false;
  const auto* clause = linitial_node(SortGroupClause, aggregate.aggdistinct);
  const AttrNumber column = column_of(search, argument(aggregate, 0));
  return (column != 0 && is_key(*search.reduction, column)) ||
         add_key(search, argument(aggregate, 0), clause->eqop);
}

/// Ends at an aggregate that has to see every row, or is not this query's own.
bool needs_every_row(Node* node, void* context) {
  if (node == nullptr) return false;
  if (IsA(node, GroupingFunc)) return true;
  if (!IsA(node, Aggref)) return pg::walk_expression(node, needs_every_row, context);
  const auto& search = *static_cast<Search*>(context);
  const auto& aggregate = *castNode(Aggref, node);
  if (aggregate.agglevelsup != 0 || aggregate.aggfilter != nullptr ||
      aggregate.aggkind != AGGKIND_NORMAL) {
    return true;
  }
  if (aggregate.aggdistinct != NIL) return !add_distinct_argument(search, aggregate);
  return aggregate.aggorder != NIL || !keeps_value(search, aggregate);
}

bool reduce_groups(const Search& search) {
  auto* targets = reinterpret_cast<Node*>(search.query.targetList);
  auto* context = const_cast<Search*>(&search);
  return add_keys(search, search.query.groupClause) && !needs_every_row(targets, context) &&
         !needs_every_row(search.query.havingQual, context) && search.reduction->keys != NIL;
}

bool can_be_reduced(const Query& query) {
  return query.commandType == CMD_SELECT && query.setOperations == nullptr &&
         query.groupingSets == NIL && query.rowMarks == NIL && !query.hasWindowFuncs &&
         !query.hasTargetSRFs &&
         (query.distinctClause != NIL || query.groupClause != NIL || query.hasAggs) &&
         !contain_volatile_functions(reinterpret_cast<Node*>(query.targetList)) &&
         !contain_volatile_functions(query.havingQual);
}

}  // namespace

bool reduction_of(const Query& query, int index, Reduction* reduction) {
  *reduction = {NIL, NIL, NIL};
  if (!can_be_reduced(query)) return false;
  const Search search = {query, index, reduction};
  const bool groups = query.hasAggs || query.groupClause != NIL;
  if (groups ? !reduce_groups(search) : !reduce_distinct(search)) return false;
  if (query.sortClause != NIL) {
    add_order(search, linitial_node(SortGroupClause, query.sortClause), &reduction->wanted);
  }
  return true;
}

}  // namespace varve::planner
