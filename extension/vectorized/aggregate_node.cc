// The node that aggregates columnar chunks by vectors, and others row by row, in one go: what it
// gives are results, not states to be combined, so that doubles add up in the order of rows. All of
// it is C: nothing here throws or has a destructor.
#include "extension/vectorized/aggregate_node.h"

#include <new>

#include "extension/vectorized/aggregate_kind.h"
#include "extension/vectorized/group_table.h"
#include "extension/vectorized/key_runs.h"
#include "extension/vectorized/scan_node.h"

#include "extension/pg/executor.h"
extern "C" {
#include <commands/explain.h>
#include <executor/executor.h>
#include <miscadmin.h>
#include <nodes/makefuncs.h>
#include <nodes/nodeFuncs.h>
#include <utils/float.h>
#include <utils/ruleutils.h>
}

namespace varve::vectorized {
namespace {

struct PlannedAggregate {
  const AggregateKind* kind;
  int target;
};

struct VectorizedAggregate {
  CustomScanState css;
  PlannedKey keys[kMostKeys];
  int key_count;
  PlannedAggregate* aggregates;
  int count;

  // Groups of one partition of the keys at a time: as many partitions as memory makes necessary,
  // and the child is read for each.
  MemoryContext groups_context;
  GroupTable groups;
  List* partitions;  // IntLists {bits, residue}, to be done
  int reads;         // of the child, so far
  bool is_full;      // the partition has turned out to be too large
  std::size_t next;  // group to be given
  double rows;       // of all scans, for EXPLAIN
};

VectorizedAggregate& node_of(CustomScanState* state) {
  return *reinterpret_cast<VectorizedAggregate*>(state);
}

// --- Rows into groups

/// The states of a group; null where it is none of those of now.
Accumulator* states_of(VectorizedAggregate& node, const GroupKeys& keys) {
  Accumulator* states = nullptr;
  if (node.groups.find(keys, &states) == GroupTable::Found::kFull) node.is_full = true;
  return states;
}

void add_values(const PlannedAggregate& planned, const Values& values,
                std::span<const std::uint16_t> rows, Accumulator& state) {
  if (!add(planned.kind->aggregate, values, rows, state)) float_overflow_error();
}

void add_run(VectorizedAggregate& node, const PlanState* child, Accumulator* states,
             std::span<const std::uint16_t> rows) {
  for (int i = 0; i < node.count; ++i) {
    const PlannedAggregate& planned = node.aggregates[i];
    Values values = {nullptr, nullptr, planned.kind->number};
    if (planned.target >= 0) {
      const NeededColumn column = column_of_target(child, planned.target);
      values.bits = column.values;
      values.nulls = column.nulls;
    }
    add_values(planned, values, rows, states[i]);
  }
}

void add_batch(VectorizedAggregate& node, PlanState* child, const Batch& batch) {
  node.rows += static_cast<double>(batch.rows.size());
  KeyRuns runs;
  runs.begin(child, node.keys, node.key_count, batch.rows);
  for (std::size_t i = 0; i < batch.rows.size() && !node.is_full;) {
    GroupKeys keys;
    const std::size_t end = runs.next(i, &keys);
    Accumulator* states = states_of(node, keys);
    if (states != nullptr) add_run(node, child, states, batch.rows.subspan(i, end - i));
    i = end;
  }
}

GroupKeys keys_of_row(const VectorizedAggregate& node, TupleTableSlot* row) {
  GroupKeys keys = {};
  for (int i = 0; i < node.key_count; ++i) {
    bool is_null = false;
    const Datum value = slot_getattr(row, node.keys[i].target + 1, &is_null);
    if (is_null) {
      keys.nulls |= std::uint64_t{1} << i;
    } else {
      keys.bits[i] = key_bits(value, node.keys[i].length);
    }
  }
  return keys;
}

void add_row(VectorizedAggregate& node, TupleTableSlot* row) {
  constexpr std::uint16_t kOnly[] = {0};
  ++node.rows;
  Accumulator* states = states_of(node, keys_of_row(node, row));
  if (states == nullptr) return;
  for (int i = 0; i < node.count; ++i) {
    const PlannedAggregate& planned = node.aggregates[i];
    bool is_null = false;
    std::uint64_t bits = 0;
    if (planned.target >= 0) {
      const Datum value = slot_getattr(row, planned.target + 1, &is_null);
      bits = is_null ? 0 : bits_of(*planned.kind, value);
    }
    add_values(planned, {&bits, &is_null, planned.kind->number}, kOnly, states[i]);
  }
}

// --- What the child gives

bool next_batch_of(PlanState* child, Batch* batch) {
  if (child->instrument != nullptr) InstrStartNode(child->instrument);
  const bool found = next_batch(child, batch);
  const double rows = !found                ? 0
                      : batch->rows.empty() ? 1
                                            : static_cast<double>(batch->rows.size());
  if (child->instrument != nullptr) InstrStopNode(child->instrument, rows);
  return found;
}

void read_batches(VectorizedAggregate& node, PlanState* child) {
  if (child->chgParam != nullptr) ExecReScan(child);
  Batch batch;
  while (!node.is_full && next_batch_of(child, &batch)) {
    if (batch.row != nullptr) {
      add_row(node, batch.row);
    } else {
      add_batch(node, child, batch);
    }
  }
}

void read(VectorizedAggregate& node, PlanState* child) {
  if (gives_batches(child)) return read_batches(node, child);
  while (!node.is_full) {
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

void read_child(VectorizedAggregate& node) {
  auto* child = static_cast<PlanState*>(linitial(node.css.custom_ps));
  if (node.reads++ > 0) ExecReScan(child);
  auto* append = reinterpret_cast<AppendState*>(child);
  if (!IsA(child, AppendState) || append->as_nasyncplans > 0) return read(node, child);
  if (child->chgParam != nullptr) ExecReScan(child);
  read_append(node, append);
}

// --- Partitions

void push(VectorizedAggregate& node, Partition partition) {
  const MemoryContext before = MemoryContextSwitchTo(node.css.ss.ps.state->es_query_cxt);
  node.partitions =
      lcons(list_make2_int(static_cast<int>(partition.bits), static_cast<int>(partition.residue)),
            node.partitions);
  MemoryContextSwitchTo(before);
}

Partition pop(VectorizedAggregate& node) {
  const auto* partition = linitial_node(List, node.partitions);
  node.partitions = list_delete_first(node.partitions);
  return {static_cast<unsigned>(linitial_int(partition)),
          static_cast<std::uint32_t>(lsecond_int(partition))};
}

/// Reads the child for the groups of the next partition that memory has room for.
void load_partition(VectorizedAggregate& node) {
  do {
    Partition partition = pop(node);
    MemoryContextReset(node.groups_context);
    node.groups.begin(node.groups_context, node.key_count, node.count, partition,
                      get_hash_memory_limit());
    node.next = 0;
    node.is_full = false;
    read_child(node);
    if (node.is_full) {
      ++partition.bits;
      push(node, {partition.bits, partition.residue | 1U << (partition.bits - 1)});
      push(node, partition);
    }
  } while (node.is_full);
  Accumulator* states = nullptr;
  if (node.key_count == 0) node.groups.find({}, &states);  // of no rows, too
}

// --- Results

TupleTableSlot* results(VectorizedAggregate& node, std::size_t group) {
  TupleTableSlot* slot = node.css.ss.ss_ScanTupleSlot;
  ExprContext* context = node.css.ss.ps.ps_ExprContext;
  ExecClearTuple(slot);
  const GroupKeys& keys = node.groups.keys(group);
  for (int i = 0; i < node.key_count; ++i) {
    slot->tts_values[i] = keys.bits[i];
    slot->tts_isnull[i] = (keys.nulls >> i & 1) != 0;
  }
  const MemoryContext before = MemoryContextSwitchTo(context->ecxt_per_tuple_memory);
  for (int i = 0; i < node.count; ++i) {
    const int at = node.key_count + i;
    slot->tts_values[at] =
        result_of(*node.aggregates[i].kind, node.groups.states(group)[i], &slot->tts_isnull[at]);
  }
  MemoryContextSwitchTo(before);
  return ExecStoreVirtualTuple(slot);
}

TupleTableSlot* execute(CustomScanState* state) {
  VectorizedAggregate& node = node_of(state);
  ProjectionInfo* projection = state->ss.ps.ps_ProjInfo;
  while (node.next == node.groups.count() && node.partitions != NIL) load_partition(node);
  if (node.next == node.groups.count()) {
    TupleTableSlot* row = ExecClearTuple(state->ss.ss_ScanTupleSlot);
    return projection != nullptr ? ExecClearTuple(projection->pi_state.resultslot) : row;
  }
  ExprContext* context = state->ss.ps.ps_ExprContext;
  ResetExprContext(context);
  context->ecxt_scantuple = results(node, node.next++);
  return projection != nullptr ? ExecProject(projection) : context->ecxt_scantuple;
}

// --- From begin to end

void start(VectorizedAggregate& node) {
  MemoryContextReset(node.groups_context);
  node.groups = {};
  node.next = 0;
  node.partitions = NIL;
  push(node, {0, 0});
}

void begin(CustomScanState* state, EState* estate, int flags) {
  VectorizedAggregate& node = node_of(state);
  const auto* plan = reinterpret_cast<const CustomScan*>(state->ss.ps.plan);
  state->custom_ps =
      list_make1(ExecInitNode(static_cast<Plan*>(linitial(plan->custom_plans)), estate, flags));
  const auto* keys = linitial_node(List, plan->custom_private);
  const auto* aggregates = lsecond_node(List, plan->custom_private);
  ListCell* cell;
  foreach (cell, keys) {
    const auto* key = lfirst_node(List, cell);
    node.keys[node.key_count++] = {linitial_int(key), static_cast<std::int16_t>(lsecond_int(key))};
  }
  node.count = list_length(aggregates);
  node.aggregates =
      static_cast<PlannedAggregate*>(palloc(sizeof(PlannedAggregate) * (node.count + 1)));
  foreach (cell, aggregates) {
    const auto* aggregate = lfirst_node(List, cell);
    node.aggregates[foreach_current_index(cell)] = {
        kind_of(static_cast<Oid>(linitial_int(aggregate))), lsecond_int(aggregate)};
  }
  node.groups_context = AllocSetContextCreate(
      CurrentMemoryContext, "groups of vectorized aggregate", ALLOCSET_DEFAULT_SIZES);
  start(node);
}

void end(CustomScanState* state) {
  ExecEndNode(static_cast<PlanState*>(linitial(state->custom_ps)));
}

void rescan(CustomScanState* state) {
  VectorizedAggregate& node = node_of(state);
  auto* child = static_cast<PlanState*>(linitial(state->custom_ps));
  if (state->ss.ps.chgParam != nullptr) UpdateChangedParamSet(child, state->ss.ps.chgParam);
  // A child whose parameters have changed is scanned anew when it is asked for its first row.
  if (node.reads > 0 && child->chgParam == nullptr) ExecReScan(child);
  node.reads = 0;
  start(node);
}

void explain(CustomScanState* state, List* ancestors, ExplainState* out) {
  const VectorizedAggregate& node = node_of(state);
  if (node.key_count == 0) return;
  const auto* plan = reinterpret_cast<const CustomScan*>(state->ss.ps.plan);
  List* context = set_deparse_context_plan(out->deparse_cxt, state->ss.ps.plan, ancestors);
  List* names = NIL;
  for (int i = 0; i < node.key_count; ++i) {
    auto* key = list_nth_node(TargetEntry, plan->custom_scan_tlist, i);
    Var* column = makeVarFromTargetEntry(INDEX_VAR, key);
    names = lappend(
        names, deparse_expression(reinterpret_cast<Node*>(column), context, out->verbose, true));
  }
  ExplainPropertyList("Group Key", names, out);
  if (out->analyze && node.reads > 1) {
    ExplainPropertyInteger("Reads", nullptr, node.reads, out);
  }
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
                                    .ExplainCustomScan = explain};

Node* create_state(CustomScan*) {
  static_assert(std::is_trivially_destructible_v<VectorizedAggregate>);
  auto* node = new (palloc(sizeof(VectorizedAggregate))) VectorizedAggregate();
  NodeSetTag(node, T_CustomScanState);
  node->css.methods = &kMethods;
  return reinterpret_cast<Node*>(node);
}

}  // namespace

const CustomScanMethods kVectorizedAggregate = {.CustomName = "VectorizedAggregate",
                                                .CreateCustomScanState = create_state};

}  // namespace varve::vectorized
