// The node that scans a columnar chunk by vectors. All of it is C: nothing here throws or has a
// destructor.
#include "extension/vectorized/scan_node.h"

#include <algorithm>

#include "extension/vectorized/scan_state.h"
#include "extension/vectorized/step_function.h"

#include "extension/pg/custom_scan.h"
extern "C" {
#include <access/tableam.h>
#include <executor/executor.h>
#include <nodes/makefuncs.h>
#include <utils/rel.h>
}

namespace varve::vectorized {

TupleTableSlot* projected(ColumnarScan& scan, TupleTableSlot* row) {
  ProjectionInfo* projection = scan.css.ss.ps.ps_ProjInfo;
  scan.css.ss.ps.ps_ExprContext->ecxt_scantuple = row;
  return projection != nullptr ? ExecProject(projection) : row;
}

TupleTableSlot* at_end(ColumnarScan& scan) {
  ProjectionInfo* projection = scan.css.ss.ps.ps_ProjInfo;
  TupleTableSlot* row = ExecClearTuple(scan.css.ss.ss_ScanTupleSlot);
  return projection != nullptr ? ExecClearTuple(projection->pi_state.resultslot) : row;
}

TupleTableSlot* row_of_heap(ColumnarScan& scan) {
  if (!ExecQual(scan.css.ss.ps.qual, scan.css.ss.ps.ps_ExprContext)) return nullptr;
  return projected(scan, scan.css.ss.ss_ScanTupleSlot);
}

namespace {

/// Where rows are put whose columns are all that is asked for.
TupleTableSlot* direct_slot(const ColumnarScan& scan) {
  ProjectionInfo* projection = scan.css.ss.ps.ps_ProjInfo;
  return projection != nullptr ? projection->pi_state.resultslot : scan.css.ss.ss_ScanTupleSlot;
}

/// The row of a row group where the source stands, if it satisfies the rest of the qualifiers.
TupleTableSlot* row_of_group(ColumnarScan& scan) {
  if (scan.rest != nullptr || !scan.is_direct) {
    scan.source.fill_tested();
    if (!ExecQual(scan.rest, scan.css.ss.ps.ps_ExprContext)) return nullptr;
  }
  if (scan.is_direct) {
    TupleTableSlot* row = direct_slot(scan);
    scan.source.fill_directly(scan.direct, row);
    return row;
  }
  scan.source.fill_rest();
  return projected(scan, scan.css.ss.ss_ScanTupleSlot);
}

TupleTableSlot* next_row(ColumnarScan& scan) {
  const bool is_backward = ScanDirectionIsBackward(scan.css.ss.ps.state->es_direction);
  ExprContext* context = scan.css.ss.ps.ps_ExprContext;
  for (;;) {
    ResetExprContext(context);
    context->ecxt_scantuple = scan.css.ss.ss_ScanTupleSlot;
    const RowSource::Row kind = scan.source.step(is_backward);
    if (kind == RowSource::Row::kNone) return at_end(scan);
    TupleTableSlot* row = kind == RowSource::Row::kOfGroup ? row_of_group(scan) : row_of_heap(scan);
    if (row != nullptr) return row;
    InstrCountFiltered1(&scan.css.ss.ps, 1);
  }
}

/// What a row that PostgreSQL tests again gives, if the scan is to give it.
TupleTableSlot* replacement(ColumnarScan& scan, TupleTableSlot* row) {
  if (TupIsNull(row)) return at_end(scan);
  ExprContext* context = scan.css.ss.ps.ps_ExprContext;
  ResetExprContext(context);
  context->ecxt_scantuple = row;
  return ExecQual(scan.css.ss.ps.qual, context) ? projected(scan, row) : at_end(scan);
}

TupleTableSlot* execute(CustomScanState* state) {
  ColumnarScan& scan = scan_of(state);
  const EState* estate = state->ss.ps.state;
  if (estate->es_epq_active != nullptr) {
    TupleTableSlot* row = nullptr;
    if (scan.recheck.find(state->ss, &row)) return replacement(scan, row);
  }
  if (scan.deletion.is_on()) return next_row_to_delete(scan);
  // Nothing is left to be evaluated for most rows of most scans.
  if (scan.is_direct && scan.rest == nullptr && ScanDirectionIsForward(estate->es_direction) &&
      scan.source.step_in_vector()) {
    TupleTableSlot* row = direct_slot(scan);
    scan.source.fill_directly(scan.direct, row);
    return row;
  }
  return next_row(scan);
}

/// The place of an attribute among the columns of the source.
int column_of(const RowSource& source, AttrNumber attribute) {
  const NeededColumn* columns = source.columns();
  const NeededColumn* end = columns + source.column_count();
  const NeededColumn* found = std::find_if(
      columns, end, [&](const NeededColumn& column) { return column.attribute == attribute; });
  return found == end ? -1 : static_cast<int>(found - columns);
}

/// A target that is the same for all rows; nobody frees what it is.
bool is_constant(const Node* node) {
  if (!IsA(node, Const)) return false;
  const auto* constant = reinterpret_cast<const Const*>(node);
  return constant->constisnull || constant->constbyval;
}

/// Puts a constant where rows are put directly; rows leave it there.
void keep_constant(const ColumnarScan& scan, int target, const Const& constant) {
  TupleTableSlot* slot = direct_slot(scan);
  slot->tts_values[target] = constant.constvalue;
  slot->tts_isnull[target] = constant.constisnull;
}

/// Finds what each target is; leaves `columns` null where one is no column, step or constant.
void find_targets(ColumnarScan& scan) {
  List* targets = scan.css.ss.ps.plan->targetlist;
  const std::size_t count = list_length(targets) + 1;
  auto* columns = static_cast<int*>(palloc(sizeof(int) * count));
  auto* direct = static_cast<DirectTarget*>(palloc(sizeof(DirectTarget) * count));
  std::size_t direct_count = 0;
  scan.steps = static_cast<Step*>(palloc0(sizeof(Step) * count));
  bool has_steps = false;
  ListCell* cell;
  foreach (cell, targets) {
    Expr* target = lfirst_node(TargetEntry, cell)->expr;
    const auto* node = reinterpret_cast<const Node*>(target);
    const int i = foreach_current_index(cell);
    columns[i] = -1;
    if (is_constant(node)) {
      keep_constant(scan, i, *reinterpret_cast<const Const*>(node));
      continue;
    }
    const Var* column = IsA(node, Var) ? reinterpret_cast<const Var*>(node) : column_of_call(node);
    if (column != nullptr) columns[i] = column_of(scan.source, column->varattno);
    if (columns[i] < 0) return;
    direct[direct_count++] = {i, columns[i]};
    if (IsA(node, Var)) continue;
    scan.steps[i] = {ExecInitExpr(target, &scan.css.ss.ps), scan.css.ss.ps.ps_ExprContext,
                     scan.css.ss.ss_ScanTupleSlot, column->varattno, width_of_step(node)};
    has_steps = true;
  }
  scan.columns = columns;
  scan.direct = {direct, direct_count};
  scan.is_direct = !has_steps;
}

void begin(CustomScanState* state, EState* estate, int) {
  ColumnarScan& scan = scan_of(state);
  Relation chunk = state->ss.ss_currentRelation;
  scan.source.begin(state->ss, chunk);
  scan.rest = ExecInitQual(scan.source.filter().rest(), &state->ss.ps);
  find_targets(scan);
  scan.recheck.begin(chunk, *estate);
}

void end(CustomScanState* state) {
  scan_of(state).source.end();
  scan_of(state).deletion.end();
}

void rescan(CustomScanState* state) {
  scan_of(state).source.rescan();
  ExecScanReScan(&state->ss);
}

// --- In parallel

Size estimate_shared(CustomScanState* state, ParallelContext*) {
  return table_parallelscan_estimate(state->ss.ss_currentRelation, state->ss.ps.state->es_snapshot);
}

void initialize_shared(CustomScanState* state, ParallelContext*, void* place) {
  auto* parallel = static_cast<ParallelTableScanDesc>(place);
  table_parallelscan_initialize(state->ss.ss_currentRelation, parallel,
                                state->ss.ps.state->es_snapshot);
  scan_of(state).source.share(parallel);
}

void reinitialize_shared(CustomScanState* state, ParallelContext*, void* place) {
  table_parallelscan_reinitialize(state->ss.ss_currentRelation,
                                  static_cast<ParallelTableScanDesc>(place));
}

void initialize_worker(CustomScanState* state, shm_toc*, void* place) {
  scan_of(state).source.share(static_cast<ParallelTableScanDesc>(place));
}

const CustomExecMethods kMethods = {.CustomName = "ColumnarScan",
                                    .BeginCustomScan = begin,
                                    .ExecCustomScan = execute,
                                    .EndCustomScan = end,
                                    .ReScanCustomScan = rescan,
                                    .MarkPosCustomScan = nullptr,
                                    .RestrPosCustomScan = nullptr,
                                    .EstimateDSMCustomScan = estimate_shared,
                                    .InitializeDSMCustomScan = initialize_shared,
                                    .ReInitializeDSMCustomScan = reinitialize_shared,
                                    .InitializeWorkerCustomScan = initialize_worker,
                                    .ShutdownCustomScan = nullptr,
                                    .ExplainCustomScan = explain_scan};

/// Tests what is left of the qualifiers, of the rows of the vector; false where none remain.
bool filter_vector(ColumnarScan& scan) {
  if (scan.rest == nullptr) return true;
  ExprContext* context = scan.css.ss.ps.ps_ExprContext;
  const std::size_t before = scan.source.rows().size();
  scan.source.keep_rows([&] {
    ResetExprContext(context);
    return ExecQual(scan.rest, context);
  });
  InstrCountFiltered1(&scan.css.ss.ps, before - scan.source.rows().size());
  return !scan.source.rows().empty();
}

}  // namespace

bool is_columnar_scan(const PlanState* node) {
  return IsA(node, CustomScanState) &&
         reinterpret_cast<const CustomScanState*>(node)->methods == &kMethods;
}

bool gives_batches(const PlanState* node) {
  return is_columnar_scan(node) && reinterpret_cast<const ColumnarScan*>(node)->columns != nullptr;
}

bool next_batch(PlanState* node, Batch* batch) {
  ColumnarScan& scan = *reinterpret_cast<ColumnarScan*>(node);
  ExprContext* context = node->ps_ExprContext;
  for (;;) {
    ResetExprContext(context);
    context->ecxt_scantuple = scan.css.ss.ss_ScanTupleSlot;
    const RowSource::Row kind = scan.source.step_to_vector();
    if (kind == RowSource::Row::kNone) return false;
    if (kind == RowSource::Row::kOfGroup) {
      if (!filter_vector(scan)) continue;
      scan.source.load_columns();
      *batch = {scan.source.rows(), nullptr};
      return true;
    }
    *batch = {{}, row_of_heap(scan)};
    if (batch->row != nullptr) return true;
    InstrCountFiltered1(node, 1);
  }
}

NeededColumn column_of_target(const PlanState* node, int target) {
  const auto& scan = *reinterpret_cast<const ColumnarScan*>(node);
  return scan.source.columns()[scan.columns[target]];
}

const Step* step_of_target(const PlanState* node, int target) {
  const Step& step = reinterpret_cast<const ColumnarScan*>(node)->steps[target];
  return step.expression != nullptr ? &step : nullptr;
}

const CustomScanMethods kColumnarScan = {
    .CustomName = "ColumnarScan",
    .CreateCustomScanState = pg::create_state<ColumnarScan, kMethods>};

}  // namespace varve::vectorized
