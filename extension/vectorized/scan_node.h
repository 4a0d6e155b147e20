#pragma once

#include <span>

#include "extension/vectorized/row_source.h"
#include "extension/vectorized/target_column.h"

#include "extension/pg/postgres.h"
extern "C" {
#include <nodes/execnodes.h>
#include <nodes/extensible.h>
}

namespace varve::vectorized {

/// The plan node that scans a columnar chunk: no private data, all qualifiers in its `qual`.
extern const CustomScanMethods kColumnarScan;

/// Whether the node is one.
bool is_columnar_scan(const PlanState* node);

/// Lets a ColumnarScan that has not begun delete for the statement, whose target is `chunk`, what
/// it finds (vector_delete.h).
void delete_by_vectors(PlanState* node, ModifyTableState& statement, Relation chunk);

// A node above may take what a ColumnarScan gives by vectors, forwards, instead of asking it for
// rows.

/// Rows of one vector, by their positions in it, or one row.
struct Batch {
  std::span<const std::uint16_t> rows;  // ascending; empty: `row` is what there is
  TupleTableSlot* row;
};

/// Whether the node is a ColumnarScan all of whose targets are columns or steps of a column
/// (step_function.h).
bool gives_batches(const PlanState* node);
/// False at the end.
bool next_batch(PlanState* node, Batch* batch);
/// The column that is the node's target of this number, from 0 on, or that it is a step of, for the
/// rows of the batch.
NeededColumn column_of_target(const PlanState* node, int target);
/// How it is computed of that column; null where it is the column.
const Step* step_of_target(const PlanState* node, int target);

}  // namespace varve::vectorized
