#include "extension/planner/clock_bounds.h"

#include "extension/planner/clock_expression.h"
#include "extension/planner/comparison.h"

extern "C" {
#include <access/stratnum.h>
#include <catalog/pg_type.h>
#include <nodes/makefuncs.h>
#include <nodes/nodeFuncs.h>
#include <utils/date.h>
#include <utils/guc.h>
#include <utils/timestamp.h>
}

namespace varve::planner {
namespace {

bool enabled = true;

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

}  // namespace

Node* bound_by_clock(const Query& query, Node* condition, ParamListInfo parameters) {
  Comparison comparison;
  if (!enabled || !reads_clock(condition) || !comparison_of(condition, &comparison)) return nullptr;
  if (variable_of(comparison.left) == nullptr) comparison = mirrored(comparison);
  if (comparison.strategy != BTGreaterStrategyNumber &&
      comparison.strategy != BTGreaterEqualStrategyNumber) {
    return nullptr;
  }
  const Var* column = variable_of(comparison.left);
  if (column == nullptr || !reads_clock(comparison.right)) return nullptr;
  if (!is_dimension(query, *column)) return nullptr;
  const Oid type = exprType(comparison.left);
  std::int64_t bound_us;
  if (!lower_bound_of(comparison.right, parameters, type, &bound_us)) return nullptr;
  Const* bound = constant(bound_us, type);
  if (bound == nullptr) return nullptr;
  return make_bound(comparison.left, comparison.family, BTGreaterEqualStrategyNumber,
                    reinterpret_cast<Expr*>(bound));
}

bool uses_clock_bounds() { return enabled; }

void install_clock_bounds() {
  DefineCustomBoolVariable("timescaledb.enable_now_constify",
                           "Leave out chunks by conditions such as time > now() - '1 day' while "
                           "planning.",
                           nullptr, &enabled, true, PGC_USERSET, 0, nullptr, nullptr, nullptr);
}

}  // namespace varve::planner
