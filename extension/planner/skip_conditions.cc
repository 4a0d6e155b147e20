#include "extension/planner/skip_conditions.h"

extern "C" {
#include <nodes/nodeFuncs.h>
#include <optimizer/optimizer.h>
#include <optimizer/restrictinfo.h>
#include <utils/lsyscache.h>
}

namespace varve::planner {
namespace {

bool is_column(const Node* node, const IndexOptInfo& index, int column) {
  while (node != nullptr && IsA(node, RelabelType)) {
    node = reinterpret_cast<const Node*>(reinterpret_cast<const RelabelType*>(node)->arg);
  }
  if (node == nullptr || !IsA(node, Var)) return false;
  const auto* variable = reinterpret_cast<const Var*>(node);
  return variable->varno == static_cast<int>(index.rel->relid) &&
         variable->varattno == index.indexkeys[column];
}

/// The condition as one on `column` of the index, whose sides may have to be exchanged; or null.
IndexCondition* condition_on(PlannerInfo* root, const IndexOptInfo& index, int column,
                             RestrictInfo* source) {
  if (source->pseudoconstant || !IsA(source->clause, OpExpr) ||
      !restriction_is_securely_promotable(source, index.rel)) {
    return nullptr;
  }
  const auto* operation = castNode(OpExpr, source->clause);
  if (list_length(operation->args) != 2) return nullptr;
  auto* left = static_cast<Node*>(linitial(operation->args));
  auto* right = static_cast<Node*>(lsecond(operation->args));
  Oid opno = operation->opno;
  if (!is_column(left, index, column)) {
    if (!is_column(right, index, column)) return nullptr;
    opno = get_commutator(opno);
    right = left;
  }
  const int strategy =
      OidIsValid(opno) ? get_op_opfamily_strategy(opno, index.opfamily[column]) : 0;
  const Oid collation = index.indexcollations[column];
  if (strategy == 0 || (OidIsValid(collation) && collation != operation->inputcollid) ||
      bms_is_member(static_cast<int>(index.rel->relid), pull_varnos(root, right)) ||
      contain_volatile_functions(right)) {
    return nullptr;
  }
  auto* condition = static_cast<IndexCondition*>(palloc(sizeof(IndexCondition)));
  *condition = {column, strategy, opno, reinterpret_cast<Expr*>(right), source};
  return condition;
}

}  // namespace

List* index_conditions(PlannerInfo* root, const IndexOptInfo& index) {
  List* conditions = NIL;
  for (int column = 0; column < index.nkeycolumns; ++column) {
    if (index.indexkeys[column] <= 0) continue;
    ListCell* cell;
    foreach (cell, index.rel->baserestrictinfo) {
      auto* condition = condition_on(root, index, column, lfirst_node(RestrictInfo, cell));
      if (condition != nullptr) conditions = lappend(conditions, condition);
    }
  }
  return conditions;
}

}  // namespace varve::planner
