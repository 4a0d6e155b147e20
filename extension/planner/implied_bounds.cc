#include "extension/planner/implied_bounds.h"

#include <optional>

#include "extension/planner/bucket_bounds.h"
#include "extension/planner/clock_bounds.h"
#include "extension/planner/comparison.h"
#include "extension/planner/rounded_bounds.h"

extern "C" {
#include <access/stratnum.h>
#include <nodes/makefuncs.h>
#include <nodes/nodeFuncs.h>
#include <nodes/pathnodes.h>
#include <optimizer/clauses.h>
#include <optimizer/plancat.h>
#include <utils/array.h>
#include <utils/lsyscache.h>
#include <utils/typcache.h>
}

namespace varve::planner {
namespace {

get_relation_info_hook_type previous_info = nullptr;

using ImpliedBound = Node* (*)(const Query& query, Node* condition, ParamListInfo parameters);

/// In this order: time_bucket('1 day', time) > now() - '7 days' first becomes time > now() - ...
constexpr ImpliedBound kBounds[] = {bound_by_bucket, bound_by_rounding, bound_by_row,
                                    bound_by_clock};

struct Range {
  Datum least;
  Datum greatest;
};

/// Of the elements that are not null, by the order of their type; none of an array without any.
std::optional<Range> range_of(const Const& array, const TypeCacheEntry& type) {
  Datum* elements;
  bool* nulls;
  int count;
  deconstruct_array(DatumGetArrayTypeP(array.constvalue), type.type_id, type.typlen, type.typbyval,
                    type.typalign, &elements, &nulls, &count);
  const auto is_before = [&](Datum a, Datum b) {
    return DatumGetInt32(FunctionCall2Coll(const_cast<FmgrInfo*>(&type.cmp_proc_finfo),
                                           type.typcollation, a, b)) < 0;
  };
  std::optional<Range> range;
  for (int i = 0; i < count; ++i) {
    if (nulls[i]) continue;  // never equal
    if (!range) range = {elements[i], elements[i]};
    if (is_before(elements[i], range->least)) range->least = elements[i];
    if (is_before(range->greatest, elements[i])) range->greatest = elements[i];
  }
  return range;
}

/// What `f = ANY (array)` of a function says as two comparisons, with the least and the greatest
/// element; null where that is not known. PostgreSQL prunes by such a condition on a column itself.
Node* hull_of(Node* condition, ParamListInfo parameters) {
  const auto* any = castNode(ScalarArrayOpExpr, condition);
  auto* left = static_cast<Node*>(linitial(any->args));
  if (!any->useOr || !IsA(left, FuncExpr)) return nullptr;
  Node* array = folded(static_cast<Node*>(lsecond(any->args)), parameters);
  if (!IsA(array, Const) || castNode(Const, array)->constisnull) return nullptr;
  const TypeCacheEntry& type =
      *lookup_type_cache(get_base_element_type(exprType(array)),
                         TYPECACHE_CMP_PROC_FINFO | TYPECACHE_BTREE_OPFAMILY | TYPECACHE_EQ_OPR);
  if (any->opno != type.eq_opr || !OidIsValid(type.cmp_proc_finfo.fn_oid)) return nullptr;
  const auto range = range_of(*castNode(Const, array), type);
  if (!range) return nullptr;
  const auto compared = [&](int strategy, Datum element) {
    Const* constant =
        makeConst(type.type_id, -1, type.typcollation, type.typlen, element, false, type.typbyval);
    return make_bound(left, type.btree_opf, strategy, reinterpret_cast<Expr*>(constant));
  };
  return make_and_qual(compared(BTGreaterEqualStrategyNumber, range->least),
                       compared(BTLessEqualStrategyNumber, range->greatest));
}

/// What the conjuncts of `condition` imply, all of them; or null.
Node* implied_by(ImpliedBound implied_bound, const Query& query, Node* condition,
                 ParamListInfo parameters) {
  if (condition == nullptr) return nullptr;
  if (IsA(condition, ScalarArrayOpExpr)) condition = hull_of(condition, parameters);
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
  for (const ImpliedBound implied_bound : kBounds) {
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

/// Conditions as query_planner() has them, a list of conjuncts. Most of them have been here before,
/// and have their bounds beside them.
List* with_bounds(const Query& query, List* conjuncts, ParamListInfo parameters) {
  for (const ImpliedBound implied_bound : kBounds) {
    List* bounds = NIL;
    ListCell* cell;
    foreach (cell, conjuncts) {
      Node* bound = implied_by(implied_bound, query, static_cast<Node*>(lfirst(cell)), parameters);
      bounds = list_concat(bounds, make_ands_implicit(reinterpret_cast<Expr*>(bound)));
    }
    conjuncts = list_concat_unique(conjuncts, bounds);
  }
  return conjuncts;
}

/// Before the conditions are handed out to relations: whichever relation comes first has them all
/// bounded.
void get_relation_info(PlannerInfo* root, Oid relation, bool has_children, RelOptInfo* rel) {
  if (previous_info != nullptr) previous_info(root, relation, has_children, rel);
  FromExpr* from = root->parse->jointree;  // null where an index is planned for
  if (!has_children || from == nullptr || from->quals == nullptr) return;
  from->quals = reinterpret_cast<Node*>(
      with_bounds(*root->parse, castNode(List, from->quals), root->glob->boundParams));
}

}  // namespace

void install_implied_bounds() {
  previous_info = get_relation_info_hook;
  get_relation_info_hook = get_relation_info;
}

void add_implied_bounds(Query& query, ParamListInfo parameters) {
  bound_join_tree(query, reinterpret_cast<Node*>(query.jointree), parameters);
}

}  // namespace varve::planner
