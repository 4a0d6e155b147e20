#include "extension/planner/clock_expression.h"

#include "extension/planner/comparison.h"

#include "extension/pg/tree.h"
extern "C" {
#include <catalog/pg_type.h>
#include <optimizer/optimizer.h>
#include <utils/builtins.h>
#include <utils/date.h>
#include <utils/fmgroids.h>
#include <utils/timestamp.h>
}

namespace varve::planner {
namespace {

bool find_clock(Node* node, void* context) {
  if (node == nullptr) return false;
  if (IsA(node, SQLValueFunction)) {
    const SQLValueFunctionOp op = castNode(SQLValueFunction, node)->op;
    return op == SVFOP_CURRENT_DATE || op == SVFOP_CURRENT_TIMESTAMP ||
           op == SVFOP_CURRENT_TIMESTAMP_N || op == SVFOP_LOCALTIMESTAMP ||
           op == SVFOP_LOCALTIMESTAMP_N;
  }
  if (IsA(node, FuncExpr)) {
    const Oid function = castNode(FuncExpr, node)->funcid;
    if (function == F_NOW || function == F_TRANSACTION_TIMESTAMP) return true;
  }
  return pg::walk_expression(node, find_clock, context);
}

const Const* constant_of(const Node* node, Oid type) {
  if (!IsA(node, Const)) return nullptr;
  const auto* constant = reinterpret_cast<const Const*>(node);
  return !constant->constisnull && constant->consttype == type ? constant : nullptr;
}

bool describe(const Node* node, ClockSlack& slack);

bool describe_shift(const Node* time, const Node* span, ClockSlack& slack) {
  const Const* interval = constant_of(span, INTERVALOID);
  if (interval == nullptr) return false;
  const Interval* value = DatumGetIntervalP(interval->constvalue);
  slack.add_shift({value->month, value->day, value->time});
  return describe(time, slack);
}

bool describe_days(const Node* date, const Node* days, ClockSlack& slack) {
  const Const* count = constant_of(days, INT4OID);
  if (count == nullptr) return false;
  slack.add_shift({0, DatumGetInt32(count->constvalue), 0});
  return describe(date, slack);
}

bool describe_truncation(const Node* unit, const Node* time, ClockSlack& slack) {
  const Const* name = constant_of(unit, TEXTOID);
  if (name == nullptr) return false;
  const auto known = truncation_unit_of(TextDatumGetCString(name->constvalue));
  if (!known) return false;
  slack.add_truncation(*known);
  return describe(time, slack);
}

/// A function or operator by the function that implements it.
bool describe_call(Oid function, const List* arguments, ClockSlack& slack) {
  const auto argument = [&](int n) {
    return n < list_length(arguments) ? static_cast<const Node*>(list_nth(arguments, n)) : nullptr;
  };
  const Node* first = argument(0);
  const Node* second = argument(1);
  switch (function) {
    case F_NOW:
    case F_TRANSACTION_TIMESTAMP: return true;
    case F_TIMESTAMPTZ_PL_INTERVAL:
    case F_TIMESTAMPTZ_MI_INTERVAL:
    case F_TIMESTAMP_PL_INTERVAL:
    case F_TIMESTAMP_MI_INTERVAL:
    case F_DATE_PL_INTERVAL:
    case F_DATE_MI_INTERVAL: return describe_shift(first, second, slack);
    case F_DATE_PLI:
    case F_DATE_MII: return describe_days(first, second, slack);
    case F_DATE_TRUNC_TEXT_TIMESTAMPTZ:
    case F_DATE_TRUNC_TEXT_TIMESTAMP: return describe_truncation(first, second, slack);
    case F_DATE_TIMESTAMPTZ:
    case F_DATE_TIMESTAMP:
      slack.add_truncation(TruncationUnit::kDay);
      return describe(first, slack);
    case F_TIMESTAMPTZ_DATE:
    case F_TIMESTAMP_DATE:
    case F_TIMESTAMP_TIMESTAMPTZ:
    case F_TIMESTAMPTZ_TIMESTAMP: slack.add_zone_change(); return describe(first, slack);
    default: return false;
  }
}

bool describe_value_function(const SQLValueFunction& function, ClockSlack& slack) {
  switch (function.op) {
    case SVFOP_CURRENT_TIMESTAMP:
    case SVFOP_CURRENT_TIMESTAMP_N: break;  // rounding to digits keeps the order
    case SVFOP_LOCALTIMESTAMP:
    case SVFOP_LOCALTIMESTAMP_N: slack.add_zone_change(); break;
    case SVFOP_CURRENT_DATE: slack.add_truncation(TruncationUnit::kDay); break;
    default: return false;
  }
  return true;
}

bool describe(const Node* node, ClockSlack& slack) {
  switch (nodeTag(node)) {
    case T_SQLValueFunction:
      return describe_value_function(*reinterpret_cast<const SQLValueFunction*>(node), slack);
    case T_FuncExpr: {
      const auto* call = reinterpret_cast<const FuncExpr*>(node);
      return describe_call(call->funcid, call->args, slack);
    }
    case T_OpExpr: {
      const auto* call = reinterpret_cast<const OpExpr*>(node);
      return describe_call(call->opfuncid, call->args, slack);
    }
    case T_RelabelType:
      return describe(
          reinterpret_cast<const Node*>(reinterpret_cast<const RelabelType*>(node)->arg), slack);
    default: return false;
  }
}

bool value_us_of(const Const& value, std::int64_t* value_us) {
  if (value.constisnull) return false;
  if (value.consttype == DATEOID) {
    const DateADT date = DatumGetDateADT(value.constvalue);
    *value_us = date * USECS_PER_DAY;
    return !DATE_NOT_FINITE(date) && IS_VALID_TIMESTAMP(*value_us);
  }
  if (value.consttype != TIMESTAMPTZOID && value.consttype != TIMESTAMPOID) return false;
  *value_us = DatumGetInt64(value.constvalue);
  return !TIMESTAMP_NOT_FINITE(*value_us);
}

}  // namespace

bool reads_clock(Node* expression) { return find_clock(expression, nullptr); }

bool lower_bound_of(Node* expression, ParamListInfo parameters, Oid column_type,
                    std::int64_t* bound_us) {
  // What is constant, such as 3 * interval '1 hour', is folded; the clock itself is not.
  Node* clock = folded(expression, parameters);
  ClockSlack slack;
  if (!describe(clock, slack) || !slack.is_sound()) return false;
  const Oid type = exprType(clock);
  Expr* value = evaluate_expr(reinterpret_cast<Expr*>(clock), type, -1, InvalidOid);
  std::int64_t value_us;
  if (!IsA(value, Const) || !value_us_of(*reinterpret_cast<Const*>(value), &value_us)) return false;
  if (type != column_type) slack.add_zone_change();
  *bound_us = lowered(value_us, slack);
  return true;
}

}  // namespace varve::planner
