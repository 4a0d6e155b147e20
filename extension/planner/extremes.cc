#include <cstdint>

#include "extension/planner/comparison.h"
#include "extension/planner/stepwise_query.h"
#include "extension/planner/stepwise_relation.h"
#include "extension/planner/stepwise_scan.h"

#include "extension/pg/tree.h"
extern "C" {
#include <access/htup_details.h>
#include <access/stratnum.h>
#include <catalog/pg_aggregate.h>
#include <catalog/pg_type.h>
#include <nodes/makefuncs.h>
#include <nodes/nodeFuncs.h>
#include <utils/lsyscache.h>
#include <utils/syscache.h>
}

namespace varve::planner {
namespace {

Oid sort_operator_of(Oid aggregate) {
  HeapTuple tuple = SearchSysCache1(AGGFNOID, ObjectIdGetDatum(aggregate));
  if (!HeapTupleIsValid(tuple)) return InvalidOid;
  const Oid operation = reinterpret_cast<Form_pg_aggregate>(GETSTRUCT(tuple))->aggsortop;
  ReleaseSysCache(tuple);
  return operation;
}

struct Replacement {
  const Query* query;
  StepwiseRelation relation;
};

/// min() or max() of the dimension; `operation` sorts its value to the front.
bool is_extreme(const Aggref& aggregate, const Replacement& replacement, Oid* operation) {
  if (list_length(aggregate.args) != 1 || aggregate.aggfilter != nullptr ||
      aggregate.agglevelsup != 0) {
    return false;
  }
  const auto* argument = linitial_node(TargetEntry, aggregate.args);
  const Var* column = variable_of(reinterpret_cast<Node*>(argument->expr));
  if (column == nullptr || !is_dimension(*replacement.query, *column)) return false;
  *operation = sort_operator_of(aggregate.aggfnoid);
  Oid family;
  Oid type;
  int16 strategy;
  return OidIsValid(*operation) &&
         get_ordering_op_properties(*operation, &family, &type, &strategy) &&
         family == replacement.relation.family;
}

/// Whether something else is computed from rows, below the aggregates that can be replaced.
bool finds_other_use(Node* node, void* context) {
  if (node == nullptr) return false;
  if (IsA(node, Var)) return true;
  if (IsA(node, Aggref)) {
    Oid operation;
    return !is_extreme(*castNode(Aggref, node), *static_cast<Replacement*>(context), &operation);
  }
  return pg::walk_expression(node, finds_other_use, context);
}

/// SELECT time FROM ... WHERE ... ORDER BY time USING `operation` LIMIT 1
Query* first_in_order(const Replacement& replacement, Oid operation) {
  auto* query = static_cast<Query*>(copyObjectImpl(replacement.query));
  Node* time = dimension_of(replacement.relation);
  TargetEntry* target = makeTargetEntry(reinterpret_cast<Expr*>(time), 1, pstrdup("time"), false);
  target->ressortgroupref = 1;
  query->targetList = list_make1(target);
  query->hasAggs = false;

  auto* order = makeNode(SortGroupClause);
  bool is_reverse;
  order->tleSortGroupRef = 1;
  order->sortop = operation;
  order->eqop = get_equality_op_for_ordering_op(operation, &is_reverse);
  order->nulls_first = is_reverse;
  order->hashable = op_hashjoinable(order->eqop, exprType(time));
  query->sortClause = list_make1(order);
  query->limitCount = reinterpret_cast<Node*>(makeConst(
      INT8OID, -1, InvalidOid, sizeof(std::int64_t), Int64GetDatum(1), false, FLOAT8PASSBYVAL));
  query->limitOption = LIMIT_OPTION_COUNT;
  return query;
}

Node* replaced(Node* node, void* context) {
  if (node == nullptr || !IsA(node, Aggref)) {
    return node == nullptr ? nullptr : pg::mutate_expression(node, replaced, context);
  }
  const auto& replacement = *static_cast<Replacement*>(context);
  Oid operation;
  if (!is_extreme(*castNode(Aggref, node), replacement, &operation)) return node;
  auto* link = makeNode(SubLink);
  link->subLinkType = EXPR_SUBLINK;
  link->subselect = reinterpret_cast<Node*>(first_in_order(replacement, operation));
  link->location = -1;
  return reinterpret_cast<Node*>(link);
}

}  // namespace

void replace_extremes(Query& query) {
  if (!stepwise_scan_enabled() || !query.hasAggs || query.sortClause != NIL ||
      query.limitCount != nullptr || query.limitOffset != nullptr) {
    return;
  }
  Replacement replacement = {&query, {}};
  auto* targets = reinterpret_cast<Node*>(query.targetList);
  if (!reads_many_chunks(query, &replacement.relation) ||
      refers_outward(reinterpret_cast<const Node*>(&query)) ||
      finds_other_use(targets, &replacement)) {
    return;
  }
  query.targetList = reinterpret_cast<List*>(replaced(targets, &replacement));
  query.hasAggs = false;
  query.hasSubLinks = true;
  query.rtable = NIL;
  query.jointree = makeFromExpr(NIL, nullptr);
}

}  // namespace varve::planner
