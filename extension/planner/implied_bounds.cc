#include "extension/planner/implied_bounds.h"

#include <initializer_list>

#include "extension/planner/bucket_bounds.h"
#include "extension/planner/clock_bounds.h"

extern "C" {
#include <nodes/makefuncs.h>
#include <nodes/nodeFuncs.h>
#include <optimizer/clauses.h>
}

namespace varve::planner {
namespace {

using ImpliedBound = Node* (*)(const Query& query, Node* condition, ParamListInfo parameters);

/// What the conjuncts of `condition` imply, all of them; or null.
Node* implied_by(ImpliedBound implied_bound, const Query& query, Node* condition,
                 ParamListInfo parameters) {
  if (condition == nullptr) return nullptr;
  if (!is_andclause(condition)) return implied_bound(query, condition, parameters);
  Node* all = nullptr;
  ListCell* cell;
  foreach (cell, castNode(BoolExpr, condition)->args) {
    all = make_and_qual(
        all, implied_by(implied_bound, query, static_cast<Node*>(lfirst(cell)), parameters));
  }
  return all;
}

void add_bounds(const Query& query, Node*& conditions, ParamListInfo parameters) {
  // In this order: time_bucket('1 day', time) > now() - '7 days' first becomes time > now() - ...
  for (const ImpliedBound implied_bound : {bound_by_bucket, bound_by_clock}) {
    conditions =
        make_and_qual(conditions, implied_by(implied_bound, query, conditions, parameters));
  }
}

void bound_join_tree(const Query& query, Node* node, ParamListInfo parameters) {
  if (node == nullptr) return;
  if (IsA(node, FromExpr)) {
    auto* from = castNode(FromExpr, node);
    ListCell* cell;
    foreach (cell, from->fromlist) {
      bound_join_tree(query, static_cast<Node*>(lfirst(cell)), parameters);
    }
    add_bounds(query, from->quals, parameters);
  } else if (IsA(node, JoinExpr)) {
    auto* join = castNode(JoinExpr, node);
    bound_join_tree(query, join->larg, parameters);
    bound_join_tree(query, join->rarg, parameters);
    add_bounds(query, join->quals, parameters);
  }
}

}  // namespace

void add_implied_bounds(Query& query, ParamListInfo parameters) {
  bound_join_tree(query, reinterpret_cast<Node*>(query.jointree), parameters);
}

}  // namespace varve::planner
