// The node that aggregates columnar chunks by vectors, and others row by row, in one go: what it
// gives are results, not states to be combined, so that doubles add up in the order of rows. All of
// it is C: nothing here throws or has a destructor.
#include "extension/vectorized/aggregate_node.h"

#include "extension/vectorized/grouped_rows.h"
#include "extension/vectorized/wanted_groups.h"

#include "extension/pg/custom_scan.h"
extern "C" {
#include <access/sysattr.h>
#include <commands/explain.h>
#include <executor/executor.h>
#include <nodes/makefuncs.h>
#include <nodes/nodeFuncs.h>
#include <optimizer/optimizer.h>
#include <utils/ruleutils.h>
}

namespace varve::vectorized {
namespace {

struct VectorizedAggregate {
  CustomScanState css;
  PlannedKey keys[kMostKeys];
  int key_count;
  PlannedAggregate* aggregates;
  int count;
  GroupedRows rows;
  std::size_t next;  // group to be given
};

VectorizedAggregate& node_of(CustomScanState* state) {
  return *reinterpret_cast<VectorizedAggregate*>(state);
}

TupleTableSlot* results(VectorizedAggregate& node, std::size_t group) {
  TupleTableSlot* slot = node.css.ss.ss_ScanTupleSlot;
  ExprContext* context = node.css.ss.ps.ps_ExprContext;
  ExecClearTuple(slot);
  const std::uint64_t* key = node.rows.key(group);
  const std::uint64_t* word = key + 1;
  for (int i = 0; i < node.key_count; ++i) {
    const bool is_uuid = node.keys[i].kind() == PlannedKey::Kind::kUuid;
    slot->tts_values[i] = is_uuid ? PointerGetDatum(word) : *word;
    slot->tts_isnull[i] = (*key >> i & 1) != 0;
    word += node.keys[i].words();
  }
  const MemoryContext before = MemoryContextSwitchTo(context->ecxt_per_tuple_memory);
  for (int i = 0; i < node.count; ++i) {
    const int at = node.key_count + i;
    slot->tts_values[at] =
        result_of(*node.aggregates[i].kind, node.rows.state(group, node.aggregates[i]),
                  &slot->tts_isnull[at]);
  }
  MemoryContextSwitchTo(before);
  return ExecStoreVirtualTuple(slot);
}

TupleTableSlot* at_end(const CustomScanState& state) {
  ProjectionInfo* projection = state.ss.ps.ps_ProjInfo;
  TupleTableSlot* row = ExecClearTuple(state.ss.ss_ScanTupleSlot);
  return projection != nullptr ? ExecClearTuple(projection->pi_state.resultslot) : row;
}

/// Makes `next` that of a group; false at the end.
bool find_group(VectorizedAggregate& node) {
  while (node.next == node.rows.count()) {
    node.next = 0;
    if (node.rows.next_partition()) continue;
    node.next = node.rows.count();
    return false;
  }
  return true;
}

TupleTableSlot* execute(CustomScanState* state) {
  VectorizedAggregate& node = node_of(state);
  ExprContext* context = state->ss.ps.ps_ExprContext;
  while (find_group(node)) {
    ResetExprContext(context);
    context->ecxt_scantuple = results(node, node.next++);
    if (ExecQual(state->ss.ps.qual, context)) {  // HAVING
      ProjectionInfo* projection = state->ss.ps.ps_ProjInfo;
      return projection != nullptr ? ExecProject(projection) : context->ecxt_scantuple;
    }
    InstrCountFiltered1(&state->ss.ps, 1);
  }
  return at_end(*state);
}

/// The columns that a filter reads: a key that is a column stands in the slot before the targets.
std::span<const AggregateFilter::Column> columns_in(Node* filter, const VectorizedAggregate& node) {
  Bitmapset* attributes = nullptr;
  pull_varattnos(filter, INDEX_VAR, &attributes);
  auto* columns = static_cast<AggregateFilter::Column*>(
      palloc(sizeof(AggregateFilter::Column) * (bms_num_members(attributes) + 1U)));
  std::size_t count = 0;
  for (int member = -1; (member = bms_next_member(attributes, member)) >= 0;) {
    const int at = member + FirstLowInvalidHeapAttributeNumber - 1;
    const int target =
        at < node.key_count ? node.keys[at].target : at - node.key_count - node.count;
    columns[count++] = {at, target};
  }
  return {columns, count};
}

/// FILTERs of aggregates, in the order of their numbers.
AggregateFilter* begin_filters(VectorizedAggregate& node, List* conditions) {
  if (conditions == NIL) return nullptr;
  PlanState& state = node.css.ss.ps;
  TupleTableSlot* slot = ExecInitExtraTupleSlot(
      state.state, node.css.ss.ss_ScanTupleSlot->tts_tupleDescriptor, &TTSOpsVirtual);
  ExecStoreAllNullTuple(slot);
  // Nobody asks the node's own slot for them.
  ExecStoreAllNullTuple(node.css.ss.ss_ScanTupleSlot);
  auto* filters = static_cast<AggregateFilter*>(
      palloc(sizeof(AggregateFilter) * static_cast<std::size_t>(list_length(conditions))));
  ListCell* cell;
  foreach (cell, conditions) {
    auto* filter = new (&filters[foreach_current_index(cell)]) AggregateFilter();
    auto* condition = static_cast<Expr*>(lfirst(cell));
    filter->begin(condition, state, slot, columns_in(reinterpret_cast<Node*>(condition), node));
  }
  return filters;
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
    const auto* key = static_cast<const List*>(lfirst(cell));  // of integers
    node.keys[node.key_count++] = {linitial_int(key), static_cast<std::int16_t>(lsecond_int(key))};
  }
  node.count = list_length(aggregates);
  node.aggregates =
      static_cast<PlannedAggregate*>(palloc(sizeof(PlannedAggregate) * (node.count + 1)));
  AggregateFilter* filters = begin_filters(node, plan->custom_exprs);
  std::size_t offset = 0;
  foreach (cell, aggregates) {
    const auto* aggregate = static_cast<const List*>(lfirst(cell));  // of integers
    const AggregateKind* kind = kind_of(static_cast<Oid>(linitial_int(aggregate)));
    node.aggregates[foreach_current_index(cell)] = {
        kind, lsecond_int(aggregate), offset,
        lthird_int(aggregate) < 0 ? nullptr : &filters[lthird_int(aggregate)]};
    offset += bytes_of(kind->aggregate, kind->number);
  }
  node.rows.begin(static_cast<PlanState*>(linitial(state->custom_ps)),
                  {node.keys, static_cast<std::size_t>(node.key_count)},
                  {node.aggregates, static_cast<std::size_t>(node.count)});
  if (linitial_int(static_cast<const List*>(lthird(plan->custom_private))) != 0) {
    node.rows.take_only(WantedGroups::current());
  }
}

void end(CustomScanState* state) {
  ExecEndNode(static_cast<PlanState*>(linitial(state->custom_ps)));
}

void rescan(CustomScanState* state) {
  VectorizedAggregate& node = node_of(state);
  auto* child = static_cast<PlanState*>(linitial(state->custom_ps));
  if (state->ss.ps.chgParam != nullptr) UpdateChangedParamSet(child, state->ss.ps.chgParam);
  node.rows.restart();
  node.next = 0;
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
  if (out->analyze && node.rows.reads() > 1) {
    ExplainPropertyInteger("Reads", nullptr, node.rows.reads(), out);
  }
}

constexpr CustomExecMethods kMethods = pg::methods_of({.name = "VectorizedAggregate",
                                                       .begin = begin,
                                                       .execute = execute,
                                                       .end = end,
                                                       .rescan = rescan,
                                                       .explain = explain});

}  // namespace

const CustomScanMethods kVectorizedAggregate = {
    .CustomName = "VectorizedAggregate",
    .CreateCustomScanState = pg::create_state<VectorizedAggregate, kMethods>};

}  // namespace varve::vectorized
