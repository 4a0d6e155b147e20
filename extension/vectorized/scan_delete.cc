// A ColumnarScan that deletes what it finds (vector_delete.h). C API.
#include "extension/vectorized/scan_state.h"

extern "C" {
#include <executor/executor.h>
}

namespace varve::vectorized {
namespace {

/// Leaves, of the rows of the vector, those that satisfy the rest of the qualifiers.
void find_deleted(ColumnarScan& scan) {
  if (scan.rest == nullptr && !scan.calls_for_deleted) return;
  ExprContext* context = scan.css.ss.ps.ps_ExprContext;
  const std::size_t before = scan.source.rows().size();
  scan.source.keep_rows([&] {
    ResetExprContext(context);
    if (!ExecQual(scan.rest, context)) return false;
    if (!scan.calls_for_deleted) return true;
    scan.source.fill_rest();
    projected(scan, scan.css.ss.ss_ScanTupleSlot);
    return true;
  });
  InstrCountFiltered1(&scan.css.ss.ps, before - scan.source.rows().size());
}

void delete_vector(ColumnarScan& scan) {
  find_deleted(scan);
  if (scan.source.rows().empty()) return;
  ExprContext* context = scan.css.ss.ps.ps_ExprContext;
  ResetExprContext(context);
  const MemoryContext before = MemoryContextSwitchTo(context->ecxt_per_tuple_memory);
  scan.source.leave_rows(scan.deletion.run(scan.source.vector()));
  MemoryContextSwitchTo(before);
}

bool is_call(const TargetEntry* target) {
  return !IsA(target->expr, Var) && !IsA(target->expr, Const);
}

}  // namespace

TupleTableSlot* next_row_to_delete(ColumnarScan& scan) {
  ExprContext* context = scan.css.ss.ps.ps_ExprContext;
  for (;;) {
    ResetExprContext(context);
    context->ecxt_scantuple = scan.css.ss.ss_ScanTupleSlot;
    if (scan.source.step_in_vector()) {
      scan.source.fill_tested();
      scan.source.fill_rest();
      return projected(scan, scan.css.ss.ss_ScanTupleSlot);
    }
    const RowSource::Row kind = scan.source.step_to_vector();
    if (kind == RowSource::Row::kNone) return at_end(scan);
    if (kind == RowSource::Row::kOfGroup) {
      delete_vector(scan);
      continue;
    }
    TupleTableSlot* row = row_of_heap(scan);
    if (row != nullptr) return row;
    InstrCountFiltered1(&scan.css.ss.ps, 1);
  }
}

void delete_by_vectors(PlanState* node, ModifyTableState& statement, Relation chunk) {
  ColumnarScan& scan = *reinterpret_cast<ColumnarScan*>(node);
  ListCell* cell;
  foreach (cell, node->plan->targetlist) {
    if (is_call(lfirst_node(TargetEntry, cell))) scan.calls_for_deleted = true;
  }
  scan.deletion.begin(statement, chunk);
}

}  // namespace varve::vectorized
