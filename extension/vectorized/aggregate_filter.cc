#include "extension/vectorized/aggregate_filter.h"

extern "C" {
#include <executor/executor.h>
}

namespace varve::vectorized {

void AggregateFilter::begin(Expr* condition, PlanState& node, TupleTableSlot* slot,
                            std::span<const Column> columns) {
  condition_ = ExecInitExpr(condition, &node);
  context_ = node.ps_ExprContext;
  slot_ = slot;
  columns_ = columns;
}

bool AggregateFilter::takes(const TargetColumn* targets, std::uint16_t row) {
  for (const Column& column : columns_) {
    slot_->tts_values[column.at] = targets[column.target].values[row];
    slot_->tts_isnull[column.at] = targets[column.target].nulls[row];
  }
  ResetExprContext(context_);
  context_->ecxt_scantuple = slot_;
  bool is_null = false;
  const Datum result = ExecEvalExprSwitchContext(condition_, context_, &is_null);
  return !is_null && DatumGetBool(result);
}

}  // namespace varve::vectorized
