#pragma once

#include <span>

#include "extension/vectorized/target_column.h"

#include "extension/pg/postgres.h"
extern "C" {
#include <nodes/execnodes.h>
}

// FILTER (WHERE ...) of an aggregate, tested row by row over the columns of a batch. C API.
namespace varve::vectorized {

class AggregateFilter {
 public:
  /// A column that the condition reads: from 0 on, of the slot and among the targets of scans.
  struct Column {
    int at;
    int target;
  };

  /// `slot` is virtual; conditions of a node may share it.
  void begin(Expr* condition, PlanState& node, TupleTableSlot* slot,
             std::span<const Column> columns);
  [[nodiscard]] std::span<const Column> columns() const { return columns_; }
  /// Whether the row, of a batch whose targets are `targets`, is taken.
  bool takes(const TargetColumn* targets, std::uint16_t row);

 private:
  ExprState* condition_ = nullptr;
  ExprContext* context_ = nullptr;
  TupleTableSlot* slot_ = nullptr;
  std::span<const Column> columns_;
};

}  // namespace varve::vectorized
