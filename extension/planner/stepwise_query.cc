#include "extension/planner/stepwise_query.h"

#include "extension/planner/comparison.h"
#include "extension/planner/stepwise_relation.h"
#include "extension/planner/stepwise_scan.h"

#include "extension/pg/tree.h"

extern "C" {
#include <access/stratnum.h>
#include <access/sysattr.h>
#include <access/table.h>
#include <catalog/pg_type.h>
#include <nodes/makefuncs.h>
#include <optimizer/optimizer.h>
#include <optimizer/tlist.h>
#include <utils/fmgroids.h>
#include <utils/lsyscache.h>
#include <utils/rel.h>
}

namespace varve::planner {
namespace {

/// Whether the order begins with the dimension, the way chunks are ordered or the other.
bool is_ordered_by_dimension(const Query& query, const StepwiseRelation& relation) {
  if (query.sortClause == NIL) return false;
  auto* first = linitial_node(SortGroupClause, query.sortClause);
  const TargetEntry* target = get_sortgroupclause_tle(first, query.targetList);
  const Var* column = variable_of(reinterpret_cast<Node*>(target->expr));
  Oid family;
  Oid type;
  int16 strategy;
  return column != nullptr && is_dimension(query, *column) &&
         get_ordering_op_properties(first->sortop, &family, &type, &strategy) &&
         family == relation.family;
}

/// The columns of the relation by number, and behind them what the order needs.
List* step_targets(const Query& query, const StepwiseRelation& relation, const Bitmapset* needed) {
  List* targets = columns_of_step(relation, needed);
  ListCell* cell;
  foreach (cell, query.sortClause) {
    const TargetEntry* key =
        get_sortgroupclause_tle(lfirst_node(SortGroupClause, cell), query.targetList);
    TargetEntry* target =
        makeTargetEntry(static_cast<Expr*>(copyObjectImpl(key->expr)),
                        static_cast<AttrNumber>(list_length(targets) + 1), nullptr, true);
    target->ressortgroupref = key->ressortgroupref;
    targets = lappend(targets, target);
  }
  return targets;
}

/// No step needs more rows than the query, which skips some of them.
Node* step_limit(const Query& query) {
  if (query.limitOffset == nullptr) return query.limitCount;
  return reinterpret_cast<Node*>(makeFuncExpr(F_INT8PL, INT8OID,
                                              list_make2(query.limitCount, query.limitOffset),
                                              InvalidOid, InvalidOid, COERCE_EXPLICIT_CALL));
}

bool has_limit(const Query& query) {
  return query.limitCount != nullptr && query.limitOption == LIMIT_OPTION_COUNT;
}

bool is_aggregate_outside(Node* node, void* context) {
  if (node == nullptr) return false;
  if (IsA(node, Aggref) || IsA(node, GroupingFunc)) return true;
  return pg::walk_expression(node, is_aggregate_outside, context);
}

}  // namespace

bool refers_outward_in_conditions_only(const Query& query) {
  Query rest = query;
  FromExpr from = *query.jointree;
  from.quals = nullptr;
  rest.jointree = &from;
  return !refers_outward(reinterpret_cast<const Node*>(&rest)) &&
         !is_aggregate_outside(query.jointree->quals, nullptr) &&
         (!refers_outward(query.jointree->quals) ||
          linitial_node(RangeTblEntry, query.rtable)->securityQuals == NIL);
}

void plan_stepwise(Query& query) {
  StepwiseRelation relation;
  if (!stepwise_scan_enabled() || !has_limit(query) || query.sortClause == NIL || query.hasAggs ||
      groups_rows(query) || !reads_many_chunks(query, &relation) ||
      !is_ordered_by_dimension(query, relation) || !refers_outward_in_conditions_only(query)) {
    return;
  }
  Bitmapset* needed = nullptr;
  auto* targets = reinterpret_cast<Node*>(query.targetList);
  if (!find_needed_columns(targets, relation.index, &needed)) return;
  auto* step = static_cast<Query*>(copyObjectImpl(&query));
  step->targetList = step_targets(*step, relation, needed);
  step->querySource = kStep;
  step->limitCount = step_limit(*step);
  step->limitOffset = nullptr;
  relation.entry->inh = false;
  relation.entry->subquery = step;
}

}  // namespace varve::planner
