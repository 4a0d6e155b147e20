#pragma once

#include "extension/vectorized/recheck.h"
#include "extension/vectorized/row_source.h"
#include "extension/vectorized/scan_node.h"
#include "extension/vectorized/vector_delete.h"

#include "extension/pg/postgres.h"
extern "C" {
#include <commands/explain.h>
#include <nodes/execnodes.h>
}

// What the parts of the node of scan_node.h share. C API.
namespace varve::vectorized {

struct ColumnarScan {
  CustomScanState css;
  RowSource source;
  ExprState* rest;  // the qualifiers that rows of row groups have left
  int* columns;     // for each target, which column of the source it is or a step of; or null
  Step* steps;      // for each target; without expression: it is the column
  bool is_direct;   // no target is a step: rows need no expression
  std::span<const DirectTarget> direct;
  Recheck recheck;
  VectorDelete deletion;
  bool calls_for_deleted;  // a target is a call that deleted rows want, too
};

inline ColumnarScan& scan_of(CustomScanState* state) {
  return *reinterpret_cast<ColumnarScan*>(state);
}

/// The row as the node gives it.
TupleTableSlot* projected(ColumnarScan& scan, TupleTableSlot* row);
TupleTableSlot* at_end(ColumnarScan& scan);
/// The row of the heap part where the source stands, if it satisfies the qualifiers; or null.
TupleTableSlot* row_of_heap(ColumnarScan& scan);

/// Of a scan that deletes what it finds: the next row that the statement has to delete itself.
TupleTableSlot* next_row_to_delete(ColumnarScan& scan);

void explain_scan(CustomScanState* state, List* ancestors, ExplainState* out);

}  // namespace varve::vectorized
