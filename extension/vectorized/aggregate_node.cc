// The node that aggregates columnar chunks by vectors, and others row by row, in one go: what it
// gives are results, not states to be combined, so that doubles add up in the order of rows. All of
// it is C: nothing here throws or has a destructor.
#include "extension/vectorized/aggregate_node.h"

#include <new>

#include "extension/vectorized/aggregate_kind.h"
#include "extension/vectorized/scan_node.h"

#include "extension/pg/executor.h"

extern "C" {
#include <commands/explain.h>
#include <executor/executor.h>
#include <miscadmin.h>
#include <utils/float.h>
}

namespace varve::vectorized {
namespace {

struct PlannedAggregate {
  const AggregateKind* kind;
  int target;
  Accumulator state;
};

struct VectorizedAggregate {
  CustomScanState css;
  PlannedAggregate* aggregates;
  int count;
  double rows;  // of all scans, for EXPLAIN
  bool is_done;
};

VectorizedAggregate& node_of(CustomScanState* state) {
  return *reinterpret_cast<VectorizedAggregate*>(state);
}

void add_rows(PlannedAggregate& planned, const Values& values,
              std::span<const std::uint16_t> rows) {
  if (!add(planned.kind->aggregate, values, rows, planned.state)) float_overflow_error();
}

void add_batch(VectorizedAggregate& node, const PlanState* child, const Batch& batch) {
  node.rows += static_cast<double>(batch.rows.size());
  for (int i = 0; i < node.count; ++i) {
    PlannedAggregate& planned = node.aggregates[i];
    Values values = {nullptr, nullptr, planned.kind->number};
    if (planned.target >= 0) {
      const NeededColumn column = column_of_target(child, planned.target);
      values.bits = column.values;
      values.nulls = column.nulls;
    }
    add_rows(planned, values, batch.rows);
  }
}

void add_row(VectorizedAggregate& node, TupleTableSlot* row) {
  constexpr std::uint16_t kOnly[] = {0};
  ++node.rows;
  for (int i = 0; i < node.count; ++i) {
    PlannedAggregate& planned = node.aggregates[i];
    bool is_null = false;
    std::uint64_t bits = 0;
    if (planned.target >= 0) {
      const Datum value = slot_getattr(row, planned.target + 1, &is_null);
      bits = is_null ? 0 : bits_of(*planned.kind, value);
    }
    add_rows(planned, {&bits, &is_null, planned.kind->number}, kOnly);
  }
}

bool next_batch_of(PlanState* child, Batch* batch) {
  if (child->instrument != nullptr) InstrStartNode(child->instrument);
  const bool found = next_batch(child, batch);
  const double rows = !found                ? 0
                      : batch->rows.empty() ? 1
                                            : static_cast<double>(batch->rows.size());
  if (child->instrument != nullptr) InstrStopNode(child->instrument, rows);
  return found;
}

void read(VectorizedAggregate& node, PlanState* child) {
  if (gives_batches(child)) {
    if (child->chgParam != nullptr) ExecReScan(child);
    Batch batch;
    while (next_batch_of(child, &batch)) {
      if (batch.row != nullptr) {
        add_row(node, batch.row);
      } else {
        add_batch(node, child, batch);
      }
    }
    return;
  }
  for (;;) {
    CHECK_FOR_INTERRUPTS();
    TupleTableSlot* row = ExecProcNode(child);
    if (TupIsNull(row)) return;
    add_row(node, row);
  }
}

/// The scans below an Append that are left after pruning; they are asked for themselves.
void read_append(VectorizedAggregate& node, AppendState* append) {
  if (append->ps.instrument != nullptr) InstrStartNode(append->ps.instrument);
  const double before = node.rows;
  Bitmapset* left = nullptr;
  const bool prunes = pg::prunes_now(*append, &left);
  for (int i = 0; i < append->as_nplans; ++i) {
    if (!prunes || bms_is_member(i, left)) read(node, append->appendplans[i]);
  }
  if (append->ps.instrument != nullptr) InstrStopNode(append->ps.instrument, node.rows - before);
}

void read_all(VectorizedAggregate& node) {
  auto* child = static_cast<PlanState*>(linitial(node.css.custom_ps));
  auto* append = reinterpret_cast<AppendState*>(child);
  if (!IsA(child, AppendState) || append->as_nasyncplans > 0) return read(node, child);
  if (child->chgParam != nullptr) ExecReScan(child);
  read_append(node, append);
}

TupleTableSlot* results(VectorizedAggregate& node) {
  TupleTableSlot* slot = node.css.ss.ss_ScanTupleSlot;
  ExprContext* context = node.css.ss.ps.ps_ExprContext;
  ExecClearTuple(slot);
  const MemoryContext before = MemoryContextSwitchTo(context->ecxt_per_tuple_memory);
  for (int i = 0; i < node.count; ++i) {
    const PlannedAggregate& planned = node.aggregates[i];
    slot->tts_values[i] = result_of(*planned.kind, planned.state, &slot->tts_isnull[i]);
  }
  MemoryContextSwitchTo(before);
  return ExecStoreVirtualTuple(slot);
}

void begin(CustomScanState* state, EState* estate, int flags) {
  VectorizedAggregate& node = node_of(state);
  const auto* plan = reinterpret_cast<const CustomScan*>(state->ss.ps.plan);
  state->custom_ps =
      list_make1(ExecInitNode(static_cast<Plan*>(linitial(plan->custom_plans)), estate, flags));
  ListCell* cell;
  node.count = list_length(plan->custom_private);
  node.aggregates =
      static_cast<PlannedAggregate*>(palloc(sizeof(PlannedAggregate) * (node.count + 1)));
  foreach (cell, plan->custom_private) {
    const auto* description = lfirst_node(List, cell);
    node.aggregates[foreach_current_index(cell)] = {
        kind_of(static_cast<Oid>(linitial_int(description))), lsecond_int(description), {}};
  }
}

TupleTableSlot* execute(CustomScanState* state) {
  VectorizedAggregate& node = node_of(state);
  ProjectionInfo* projection = state->ss.ps.ps_ProjInfo;
  if (node.is_done) {
    TupleTableSlot* row = ExecClearTuple(state->ss.ss_ScanTupleSlot);
    return projection != nullptr ? ExecClearTuple(projection->pi_state.resultslot) : row;
  }
  read_all(node);
  node.is_done = true;
  ExprContext* context = state->ss.ps.ps_ExprContext;
  ResetExprContext(context);
  context->ecxt_scantuple = results(node);
  return projection != nullptr ? ExecProject(projection) : context->ecxt_scantuple;
}

void end(CustomScanState* state) {
  ExecEndNode(static_cast<PlanState*>(linitial(state->custom_ps)));
}

void rescan(CustomScanState* state) {
  VectorizedAggregate& node = node_of(state);
  node.is_done = false;
  for (int i = 0; i < node.count; ++i) node.aggregates[i].state = {};
  auto* child = static_cast<PlanState*>(linitial(state->custom_ps));
  if (state->ss.ps.chgParam != nullptr) UpdateChangedParamSet(child, state->ss.ps.chgParam);
  // A child whose parameters have changed is scanned anew when it is asked for its first row.
  if (child->chgParam == nullptr) ExecReScan(child);
}

const CustomExecMethods kMethods = {.CustomName = "VectorizedAggregate",
                                    .BeginCustomScan = begin,
                                    .ExecCustomScan = execute,
                                    .EndCustomScan = end,
                                    .ReScanCustomScan = rescan,
                                    .MarkPosCustomScan = nullptr,
                                    .RestrPosCustomScan = nullptr,
                                    .EstimateDSMCustomScan = nullptr,
                                    .InitializeDSMCustomScan = nullptr,
                                    .ReInitializeDSMCustomScan = nullptr,
                                    .InitializeWorkerCustomScan = nullptr,
                                    .ShutdownCustomScan = nullptr,
                                    .ExplainCustomScan = nullptr};

Node* create_state(CustomScan*) {
  auto* node = static_cast<VectorizedAggregate*>(palloc0(sizeof(VectorizedAggregate)));
  NodeSetTag(node, T_CustomScanState);
  node->css.methods = &kMethods;
  return reinterpret_cast<Node*>(node);
}

}  // namespace

const CustomScanMethods kVectorizedAggregate = {.CustomName = "VectorizedAggregate",
                                                .CreateCustomScanState = create_state};

}  // namespace varve::vectorized
