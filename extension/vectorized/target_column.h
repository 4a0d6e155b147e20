#pragma once

#include <cstdint>

#include "extension/pg/postgres.h"
extern "C" {
#include <nodes/execnodes.h>
}

// What a target of a scan is for the rows of a batch. C API.
namespace varve::vectorized {

inline constexpr int kMostBatchRows = 1024;

/// A step of a column (step_function.h), to be computed for the values that need it.
struct Step {
  ExprState* expression;
  ExprContext* context;
  TupleTableSlot* slot;  // where the expression finds its column
  AttrNumber attribute;
  std::int64_t width;  // width_of_step()

  Datum operator()(Datum value, bool is_null, bool* result_is_null) const;
};

/// By positions in the batch.
struct TargetColumn {
  const Datum* values;
  const bool* nulls;
  const Step* step;  // null: the target is the column itself
};

}  // namespace varve::vectorized
