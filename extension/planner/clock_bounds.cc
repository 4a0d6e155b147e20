#include "extension/planner/clock_bounds.h"

#include "extension/catalog/hypertable_cache.h"
#include "extension/planner/clock_expression.h"

#include "extension/pg/boundary.h"
extern "C" {
#include <access/stratnum.h>
#include <catalog/pg_class.h>
#include <catalog/pg_type.h>
#include <nodes/makefuncs.h>
#include <nodes/nodeFuncs.h>
#include <optimizer/clauses.h>
#include <optimizer/optimizer.h>
#include <parser/parsetree.h>
#include <utils/date.h>
#include <utils/guc.h>
#include <utils/lsyscache.h>
#include <utils/timestamp.h>
}

namespace varve::planner {
namespace {

bool enabled = true;

/// One comparison of a column with something else, the column on the left.
struct Comparison {
  Expr* column;  // a Var, perhaps relabelled from a domain
  Node* other;
  Oid family;
  int strategy;
};

const Var* variable_of(const Node* node) {
  while (node != nullptr && IsA(node, RelabelType)) {
    node = reinterpret_cast<const Node*>(reinterpret_cast<const RelabelType*>(node)->arg);
  }
  return node != nullptr && IsA(node, Var) ? reinterpret_cast<const Var*>(node) : nullptr;
}

/// Whether `variable` is the primary dimension of a hypertable, seen through joins and subqueries.
bool is_dimension(const Query& query, const Var& variable) {
  if (variable.varlevelsup != 0 || variable.varattno <= 0) return false;
  const RangeTblEntry* entry = rt_fetch(variable.varno, query.rtable);
  switch (entry->rtekind) {
    case RTE_RELATION: {
      if (entry->relkind != RELKIND_PARTITIONED_TABLE) return false;
      const auto* hypertable = pg::entry([&] { return catalog::cached_hypertable(entry->relid); });
      return hypertable != nullptr &&
             variable.varattno == get_attnum(entry->relid, NameStr(hypertable->column));
    }
    case RTE_SUBQUERY: {
      const Query& inner = *entry->subquery;
      if (inner.setOperations != nullptr) return false;
      const TargetEntry* target = get_tle_by_resno(inner.targetList, variable.varattno);
      const Var* source =
          target != nullptr ? variable_of(reinterpret_cast<Node*>(target->expr)) : nullptr;
      return source != nullptr && is_dimension(inner, *source);
    }
    case RTE_JOIN: {
      const Var* source =
          variable_of(static_cast<Node*>(list_nth(entry->joinaliasvars, variable.varattno - 1)));
      return source != nullptr && is_dimension(query, *source);
    }
    default: return false;
  }
}

/// The strategy of `operation` in a btree operator family; false where it has none.
bool interpret(Oid operation, Comparison& comparison) {
  List* meanings = get_op_btree_interpretation(operation);
  if (meanings == NIL) return false;
  const auto* meaning = static_cast<OpBtreeInterpretation*>(linitial(meanings));
  comparison.family = meaning->opfamily_id;
  comparison.strategy = meaning->strategy;
  return true;
}

int commuted(int strategy) { return BTMaxStrategyNumber + 1 - strategy; }

bool comparison_of(Node* condition, Comparison& comparison) {
  if (!IsA(condition, OpExpr)) return false;
  const auto* operation = castNode(OpExpr, condition);
  if (list_length(operation->args) != 2) return false;
  Node* left = static_cast<Node*>(linitial(operation->args));
  Node* right = static_cast<Node*>(lsecond(operation->args));
  const bool column_first = variable_of(left) != nullptr;
  if (!column_first && variable_of(right) == nullptr) return false;
  if (!reads_clock(column_first ? right : left)) return false;
  if (!interpret(operation->opno, comparison)) return false;
  if (!column_first) comparison.strategy = commuted(comparison.strategy);
  comparison.column = reinterpret_cast<Expr*>(column_first ? left : right);
  comparison.other = column_first ? right : left;
  return true;
}

/// The bound as a constant of the column's type; null for a type that cannot have one.
Const* constant(std::int64_t bound_us, Oid type) {
  if (type == DATEOID) {
    return makeConst(type, -1, InvalidOid, sizeof(DateADT), DateADTGetDatum(day_of(bound_us)),
                     false, true);
  }
  if (type != TIMESTAMPTZOID && type != TIMESTAMPOID) return nullptr;
  return makeConst(type, -1, InvalidOid, sizeof(TimestampTz), Int64GetDatum(bound_us), false,
                   FLOAT8PASSBYVAL);
}

/// What `condition` implies of its column for good, or null.
Node* implied_bound(const Query& query, Node* condition, ParamListInfo parameters) {
  Comparison comparison;
  if (!comparison_of(condition, comparison)) return nullptr;
  if (comparison.strategy != BTGreaterStrategyNumber &&
      comparison.strategy != BTGreaterEqualStrategyNumber) {
    return nullptr;
  }
  if (!is_dimension(query, *variable_of(reinterpret_cast<Node*>(comparison.column)))) {
    return nullptr;
  }
  const Oid type = exprType(reinterpret_cast<Node*>(comparison.column));
  std::int64_t bound_us;
  if (!lower_bound_of(comparison.other, parameters, type, &bound_us)) return nullptr;
  Const* bound = constant(bound_us, type);
  const Oid operation =
      get_opfamily_member(comparison.family, type, type, BTGreaterEqualStrategyNumber);
  if (bound == nullptr || !OidIsValid(operation)) return nullptr;
  return reinterpret_cast<Node*>(
      make_opclause(operation, BOOLOID, false, static_cast<Expr*>(copyObject(comparison.column)),
                    reinterpret_cast<Expr*>(bound), InvalidOid, InvalidOid));
}

/// What the conjuncts of `condition` imply, all of them.
Node* implied_bounds(const Query& query, Node* condition, ParamListInfo parameters) {
  if (condition == nullptr || !is_andclause(condition)) {
    return condition != nullptr ? implied_bound(query, condition, parameters) : nullptr;
  }
  Node* all = nullptr;
  ListCell* cell;
  foreach (cell, castNode(BoolExpr, condition)->args) {
    all = make_and_qual(all, implied_bounds(query, static_cast<Node*>(lfirst(cell)), parameters));
  }
  return all;
}

void add_bounds(const Query& query, Node*& conditions, ParamListInfo parameters) {
  conditions = make_and_qual(conditions, implied_bounds(query, conditions, parameters));
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

void bound_by_clock(Query& query, ParamListInfo parameters) {
  if (!enabled) return;
  bound_join_tree(query, reinterpret_cast<Node*>(query.jointree), parameters);
}

void install_clock_bounds() {
  DefineCustomBoolVariable("timescaledb.enable_now_constify",
                           "Leave out chunks by conditions such as time > now() - '1 day' while "
                           "planning.",
                           nullptr, &enabled, true, PGC_USERSET, 0, nullptr, nullptr, nullptr);
}

}  // namespace varve::planner
