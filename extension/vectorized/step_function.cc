#include "extension/vectorized/step_function.h"

#include "extension/function/bucket_function.h"

extern "C" {
#include <access/transam.h>
#include <catalog/pg_type.h>
#include <nodes/nodeFuncs.h>
#include <optimizer/optimizer.h>
#include <utils/fmgroids.h>
#include <utils/lsyscache.h>
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

/// By the clock of a zone, buckets of less than an hour go back with it once a year.
bool has_zone(const FuncExpr& call) {
  ListCell* cell;
  for_each_from(cell, call.args, 2) {
    if (exprType(static_cast<Node*>(lfirst(cell))) == TEXTOID) return true;
  }
  return false;
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
  return is_step(call) && !has_zone(call) ? column : nullptr;
}

}  // namespace varve::vectorized
