#include "extension/vectorized/step_function.h"

#include "extension/function/bucket_function.h"

extern "C" {
#include <access/transam.h>
#include <catalog/pg_type.h>
#include <datatype/timestamp.h>
#include <nodes/nodeFuncs.h>
#include <optimizer/optimizer.h>
#include <utils/fmgroids.h>
#include <utils/lsyscache.h>
#include <utils/timestamp.h>
}

namespace varve::vectorized {
namespace {

bool is_step(const FuncExpr& call) {
  switch (call.funcid) {
    case F_DATE_TRUNC_TEXT_TIMESTAMP:
    case F_DATE_TRUNC_TEXT_TIMESTAMPTZ: return true;
    default: return call.funcid >= FirstNormalObjectId && function::is_time_bucket(call.funcid);
  }
}

bool has_zone(const FuncExpr& call) {
  ListCell* cell;
  for_each_from(cell, call.args, 2) {
    if (exprType(static_cast<Node*>(lfirst(cell))) == TEXTOID) return true;
  }
  return false;
}

/// Steps of more are not worth counting with.
constexpr std::int64_t kMostWidth = std::int64_t{1} << 60;

std::int64_t width_of(const Interval& interval) {
  std::int64_t width = 0;
  if (interval.month != 0 ||
      __builtin_mul_overflow(std::int64_t{interval.day}, std::int64_t{USECS_PER_DAY}, &width) ||
      __builtin_add_overflow(width, std::int64_t{interval.time}, &width)) {
    return 0;
  }
  return width;
}

std::int64_t width_in(const Const& width, Oid column) {
  switch (width.consttype) {
    case INTERVALOID:
      if (column != TIMESTAMPOID && column != TIMESTAMPTZOID) return 0;
      return width_of(*DatumGetIntervalP(width.constvalue));
    case INT2OID: return column == INT2OID ? DatumGetInt16(width.constvalue) : 0;
    case INT4OID: return column == INT4OID ? DatumGetInt32(width.constvalue) : 0;
    case INT8OID: return column == INT8OID ? DatumGetInt64(width.constvalue) : 0;
    default: return 0;
  }
}

}  // namespace

const Var* column_of_call(const Node* expression) {
  if (!IsA(expression, FuncExpr)) return nullptr;
  const auto& call = *reinterpret_cast<const FuncExpr*>(expression);
  if (list_length(call.args) < 2 || !IsA(lsecond(call.args), Var)) return nullptr;
  ListCell* cell;
  foreach (cell, call.args) {
    if (foreach_current_index(cell) != 1 && !IsA(lfirst(cell), Const)) return nullptr;
  }
  return static_cast<const Var*>(lsecond(call.args));
}

const Var* column_of_step(const Node* expression) {
  const Var* column = column_of_call(expression);
  if (column == nullptr) return nullptr;
  const auto& call = *reinterpret_cast<const FuncExpr*>(expression);
  return is_step(call) ? column : nullptr;
}

std::int64_t width_of_step(const Node* expression) {
  const Var* column = column_of_call(expression);
  if (column == nullptr) return 0;
  const auto& call = *reinterpret_cast<const FuncExpr*>(expression);
  const auto* width = linitial_node(Const, call.args);
  const std::int64_t units = width->constisnull ? 0 : width_in(*width, column->vartype);
  if (units <= 0 || units > kMostWidth) return 0;
  // The catalog is asked last.
  return !has_zone(call) && function::is_time_bucket(call.funcid) ? units : 0;
}

}  // namespace varve::vectorized
