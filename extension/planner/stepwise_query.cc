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

/// The columns that the query reads beside its conditions; false for system columns, which the rows
/// of a step do not have.
bool find_needed_columns(const Query& query, int index, Bitmapset** needed) {
  *needed = nullptr;
  pull_varattnos(reinterpret_cast<Node*>(query.targetList), index, needed);
  const int whole_row = -FirstLowInvalidHeapAttributeNumber;
  return bms_is_empty(*needed) || bms_next_member(*needed, -1) >= whole_row;
}

bool is_needed(const Bitmapset* needed, AttrNumber column) {
  return bms_is_member(column - FirstLowInvalidHeapAttributeNumber, needed) ||
         bms_is_member(-FirstLowInvalidHeapAttributeNumber, needed);
}

Expr* column_or_null(Form_pg_attribute attribute, int index, const Bitmapset* needed) {
  if (attribute->attisdropped) {
    return reinterpret_cast<Expr*>(makeNullConst(INT4OID, -1, InvalidOid));
  }
  if (!is_needed(needed, attribute->attnum)) {
    return reinterpret_cast<Expr*>(
        makeNullConst(attribute->atttypid, attribute->atttypmod, attribute->attcollation));
  }
  return reinterpret_cast<Expr*>(makeVar(index, attribute->attnum, attribute->atttypid,
                                         attribute->atttypmod, attribute->attcollation, 0));
}

/// The columns of the relation by number, and behind them what the order needs.
List* step_targets(const Query& query, const StepwiseRelation& relation, const Bitmapset* needed) {
  List* targets = NIL;
  Relation table = table_open(relation.entry->relid, NoLock);
  TupleDesc columns = RelationGetDescr(table);
  for (int i = 0; i < columns->natts; ++i) {
    Expr* value = column_or_null(TupleDescAttr(columns, i), relation.index, needed);
    targets =
        lappend(targets, makeTargetEntry(value, static_cast<AttrNumber>(i + 1), nullptr, false));
  }
  table_close(table, NoLock);
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

/// Whether outer queries give values to compare with and nothing else.
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

}  // namespace

void plan_stepwise(Query& query) {
  StepwiseRelation relation;
  if (!stepwise_scan_enabled() || !has_limit(query) || query.sortClause == NIL || query.hasAggs ||
      !reads_many_chunks(query, &relation) || !is_ordered_by_dimension(query, relation) ||
      !refers_outward_in_conditions_only(query)) {
    return;
  }
  Bitmapset* needed;
  if (!find_needed_columns(query, relation.index, &needed)) return;
  auto* step = static_cast<Query*>(copyObjectImpl(&query));
  step->targetList = step_targets(*step, relation, needed);
  step->querySource = kStep;
  step->limitCount = step_limit(*step);
  step->limitOffset = nullptr;
  relation.entry->inh = false;
  relation.entry->subquery = step;
}

}  // namespace varve::planner
