#include "extension/planner/comparison.h"

#include "extension/catalog/hypertable_cache.h"

#include "extension/pg/boundary.h"
#include "extension/pg/tree.h"
extern "C" {
#include <access/stratnum.h>
#include <catalog/pg_class.h>
#include <catalog/pg_type.h>
#include <nodes/makefuncs.h>
#include <nodes/nodeFuncs.h>
#include <optimizer/clauses.h>
#include <optimizer/optimizer.h>
#include <parser/parsetree.h>
#include <utils/datum.h>
#include <utils/lsyscache.h>
}

namespace varve::planner {
namespace {

/// Parameters whose values hold for the plan, as the constants they are.
Node* with_known_parameters(Node* node, void* context) {
  if (node == nullptr) return nullptr;
  if (!IsA(node, Param)) {
    return pg::mutate_expression(node, with_known_parameters, context);
  }
  auto* parameters = static_cast<ParamListInfo>(context);
  const auto* param = castNode(Param, node);
  if (parameters == nullptr || param->paramkind != PARAM_EXTERN || param->paramid < 1 ||
      param->paramid > parameters->numParams) {
    return node;
  }
  ParamExternData space;
  const ParamExternData* known =
      parameters->paramFetch != nullptr
          ? parameters->paramFetch(parameters, param->paramid, true, &space)
          : &parameters->params[param->paramid - 1];
  if ((known->pflags & PARAM_FLAG_CONST) == 0 || known->ptype != param->paramtype) return node;
  int16 length;
  bool by_value;
  get_typlenbyval(param->paramtype, &length, &by_value);
  const Datum value =
      known->isnull || by_value ? known->value : datumCopy(known->value, by_value, length);
  return reinterpret_cast<Node*>(makeConst(param->paramtype, param->paramtypmod, param->paramcollid,
                                           length, value, known->isnull, by_value));
}

int commuted(int strategy) { return BTMaxStrategyNumber + 1 - strategy; }

}  // namespace

bool comparison_of(Node* condition, Comparison* comparison) {
  if (!IsA(condition, OpExpr)) return false;
  const auto* operation = castNode(OpExpr, condition);
  if (list_length(operation->args) != 2) return false;
  List* meanings = get_op_btree_interpretation(operation->opno);
  if (meanings == NIL) return false;
  const auto* meaning = static_cast<OpBtreeInterpretation*>(linitial(meanings));
  if (meaning->strategy > BTMaxStrategyNumber) return false;  // <>
  *comparison = {static_cast<Node*>(linitial(operation->args)),
                 static_cast<Node*>(lsecond(operation->args)), meaning->opfamily_id,
                 meaning->strategy};
  return true;
}

Comparison mirrored(const Comparison& comparison) {
  return {comparison.right, comparison.left, comparison.family, commuted(comparison.strategy)};
}

bool has_call(const Node* condition) {
  if (!IsA(condition, OpExpr)) return false;
  ListCell* cell;
  foreach (cell, reinterpret_cast<const OpExpr*>(condition)->args) {
    if (IsA(lfirst(cell), FuncExpr)) return true;
  }
  return false;
}

bool is_cheap(Node* x) {
  return !contain_volatile_functions(x) && !contain_subplans(x) && !contain_var_clause(x);
}

const Var* variable_of(const Node* node) {
  while (node != nullptr && IsA(node, RelabelType)) {
    node = reinterpret_cast<const Node*>(reinterpret_cast<const RelabelType*>(node)->arg);
  }
  return node != nullptr && IsA(node, Var) ? reinterpret_cast<const Var*>(node) : nullptr;
}

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

Node* make_bound(const Node* column, Oid family, int strategy, Expr* bound) {
  const Oid operation = get_opfamily_member(family, getBaseType(exprType(column)),
                                            getBaseType(exprType(reinterpret_cast<Node*>(bound))),
                                            static_cast<int16>(strategy));
  if (!OidIsValid(operation)) return nullptr;
  return reinterpret_cast<Node*>(make_opclause(operation, BOOLOID, false,
                                               static_cast<Expr*>(copyObjectImpl(column)), bound,
                                               InvalidOid, InvalidOid));
}

Node* folded(Node* expression, ParamListInfo parameters) {
  return eval_const_expressions(nullptr, with_known_parameters(expression, parameters));
}

}  // namespace varve::planner
