// The node that runs a query over the chunks of a hypertable in steps (stepwise_query.h). All of it
// is C: nothing here throws or has a destructor.
#include "extension/planner/stepwise_scan.h"

#include <algorithm>

#include "extension/chunk/partition_descriptor.h"
#include "extension/planner/comparison.h"
#include "extension/planner/stepwise_relation.h"

#include "extension/pg/custom_scan.h"
#include "extension/pg/tree.h"
extern "C" {
#include <access/stratnum.h>
#include <commands/explain.h>
#include <executor/executor.h>
#include <executor/tuptable.h>
#include <miscadmin.h>
#include <nodes/makefuncs.h>
#include <nodes/nodeFuncs.h>
#include <nodes/params.h>
#include <optimizer/optimizer.h>
#include <partitioning/partbounds.h>
#include <tcop/tcopprot.h>
#include <utils/datum.h>
#include <utils/guc.h>
#include <utils/lsyscache.h>
#include <utils/memutils.h>
#include <utils/partcache.h>
#include <utils/rel.h>
}

namespace varve::planner {
namespace {

bool enabled = true;

constexpr int kFirstStep = 4;
constexpr int kLargestStep = 64;

/// A bound of a chunk; a step that has none at one end is open there.
struct Bound {
  Datum value;
  bool is_open;
};

struct StepwiseScan {
  CustomScanState css;
  Query* query;
  Oid family;
  bool newest_first;

  // Where chunks begin, in the order of the scan; the first step starts at the open end.
  Bound* edges;
  int edge_count;
  int next_edge;
  Bound reached;

  // What the steps take from outer queries, and all of their parameters; null: to be made.
  List* outer_values;  // ExprState
  ParamListInfo parameters;
  MemoryContext parameter_context;

  int step_size;
  int steps;  // of all scans, for EXPLAIN
  MemoryContext context;
  QueryDesc* running;
};

StepwiseScan& scan_of(CustomScanState* state) { return *reinterpret_cast<StepwiseScan*>(state); }

/// The edges between chunks, the last one in the order of the scan open.
void find_edges(StepwiseScan& scan) {
  Relation table = scan.css.ss.ss_currentRelation;
  PartitionDesc descriptor = chunk::fresh_partition_descriptor(table);
  const PartitionBoundInfoData& bounds = *descriptor->boundinfo;
  PartitionKey key = RelationGetPartitionKey(table);
  MemoryContext caller = MemoryContextSwitchTo(scan.css.ss.ps.state->es_query_cxt);
  scan.edges = static_cast<Bound*>(palloc(sizeof(Bound) * (bounds.ndatums + 1)));
  scan.edge_count = 0;
  for (int i = 0; i < bounds.ndatums; ++i) {
    const int position = scan.newest_first ? bounds.ndatums - 1 - i : i;
    if (bounds.kind[position][0] != PARTITION_RANGE_DATUM_VALUE) continue;
    const Datum edge =
        datumCopy(bounds.datums[position][0], key->parttypbyval[0], key->parttyplen[0]);
    scan.edges[scan.edge_count++] = {edge, false};
  }
  scan.edges[scan.edge_count++] = {0, true};
  MemoryContextSwitchTo(caller);
}

void restart(StepwiseScan& scan) {
  scan.next_edge = 0;
  scan.reached = {0, true};
  scan.step_size = kFirstStep;
  scan.parameters = nullptr;
}

/// Parameters of the steps: those of the whole query, and behind them values of outer queries.
void make_parameters(StepwiseScan& scan) {
  EState* estate = scan.css.ss.ps.state;
  ParamListInfo given = estate->es_param_list_info;
  MemoryContextReset(scan.parameter_context);
  MemoryContext caller = MemoryContextSwitchTo(scan.parameter_context);
  ParamListInfo copied = copyParamList(given);  // from where a function makes them when asked, too
  const int first = copied != nullptr ? copied->numParams : 0;
  scan.parameters = makeParamList(first + list_length(scan.outer_values));
  if (copied != nullptr) std::copy_n(copied->params, first, scan.parameters->params);
  ListCell* cell;
  foreach (cell, scan.outer_values) {
    auto* value = static_cast<ExprState*>(lfirst(cell));
    ParamExternData& parameter = scan.parameters->params[first + foreach_current_index(cell)];
    const Oid type = exprType(reinterpret_cast<Node*>(value->expr));
    parameter = {0, false, PARAM_FLAG_CONST, type};
    const Datum now =
        ExecEvalExprSwitchContext(value, scan.css.ss.ps.ps_ExprContext, &parameter.isnull);
    int16 length;
    bool by_value;
    get_typlenbyval(type, &length, &by_value);
    if (!parameter.isnull) parameter.value = datumCopy(now, by_value, length);
  }
  MemoryContextSwitchTo(caller);
}

/// An outer query's parameter by its place among those of the step.
Node* as_step_parameter(Node* node, void* context) {
  if (node == nullptr) return nullptr;
  const auto& scan = *static_cast<const StepwiseScan*>(context);
  if (!IsA(node, Param) || castNode(Param, node)->paramkind != PARAM_EXEC) {
    return pg::mutate_expression(node, as_step_parameter, context);
  }
  auto* parameter = static_cast<Param*>(copyObjectImpl(node));
  const int first = scan.parameters->numParams - list_length(scan.outer_values);
  ListCell* cell;
  foreach (cell, scan.outer_values) {
    const auto* value = static_cast<const ExprState*>(lfirst(cell));
    if (castNode(Param, value->expr)->paramid != parameter->paramid) continue;
    parameter->paramkind = PARAM_EXTERN;
    parameter->paramid = first + foreach_current_index(cell) + 1;
  }
  return reinterpret_cast<Node*>(parameter);
}

void add_condition(Query& query, Node* column, Oid family, int strategy, const Bound& bound) {
  if (bound.is_open) return;
  const Oid type = exprType(column);
  int16 length;
  bool by_value;
  get_typlenbyval(type, &length, &by_value);
  auto* value = reinterpret_cast<Expr*>(makeConst(
      type, -1, InvalidOid, length, datumCopy(bound.value, by_value, length), false, by_value));
  query.jointree->quals =
      make_and_qual(query.jointree->quals, make_bound(column, family, strategy, value));
}

/// The query over the chunks from where the scan is to `next`.
Query* query_until(const StepwiseScan& scan, const Bound& next) {
  auto* query = static_cast<Query*>(copyObjectImpl(scan.query));
  if (scan.outer_values != NIL) {
    query->jointree->quals =
        as_step_parameter(query->jointree->quals, const_cast<StepwiseScan*>(&scan));
  }
  const Bound& lower = scan.newest_first ? next : scan.reached;
  const Bound& upper = scan.newest_first ? scan.reached : next;
  Node* column = dimension_of({1, linitial_node(RangeTblEntry, query->rtable), scan.family});
  add_condition(*query, column, scan.family, BTGreaterEqualStrategyNumber, lower);
  add_condition(*query, column, scan.family, BTLessStrategyNumber, upper);
  return query;
}

/// Plans and starts the next step; false where there is none.
bool start_step(StepwiseScan& scan) {
  if (scan.next_edge >= scan.edge_count) return false;
  EState* estate = scan.css.ss.ps.state;
  if (scan.parameters == nullptr && scan.outer_values != NIL) make_parameters(scan);
  ParamListInfo parameters =
      scan.outer_values != NIL ? scan.parameters : estate->es_param_list_info;
  const int edge = std::min(scan.next_edge + scan.step_size, scan.edge_count) - 1;
  MemoryContext caller = MemoryContextSwitchTo(scan.context);
  PlannedStmt* plan =
      pg_plan_query(query_until(scan, scan.edges[edge]), estate->es_sourceText, 0, parameters);
  scan.running = CreateQueryDesc(plan, estate->es_sourceText, estate->es_snapshot, InvalidSnapshot,
                                 nullptr, parameters, estate->es_queryEnv, 0);
  ExecutorStart(scan.running, 0);
  MemoryContextSwitchTo(caller);
  scan.reached = scan.edges[edge];
  scan.next_edge = edge + 1;
  scan.step_size = std::min(2 * scan.step_size, kLargestStep);
  ++scan.steps;
  return true;
}

void end_step(StepwiseScan& scan) {
  if (scan.running == nullptr) return;
  ExecutorFinish(scan.running);
  ExecutorEnd(scan.running);
  FreeQueryDesc(scan.running);
  scan.running = nullptr;
  MemoryContextReset(scan.context);
}

TupleTableSlot* row_of_step(StepwiseScan& scan) {
  ResetPerTupleExprContext(scan.running->estate);
  MemoryContext caller = MemoryContextSwitchTo(scan.running->estate->es_query_cxt);
  TupleTableSlot* row = ExecProcNode(scan.running->planstate);
  MemoryContextSwitchTo(caller);
  return row;
}

/// The next row, in the slot of the scan: values of the step's row, which lives until the next
/// call.
TupleTableSlot* next_row(ScanState* state) {
  auto& scan = *reinterpret_cast<StepwiseScan*>(state);
  TupleTableSlot* slot = scan.css.ss.ss_ScanTupleSlot;
  if (scan.edges == nullptr) find_edges(scan);
  for (;;) {
    CHECK_FOR_INTERRUPTS();
    if (scan.running == nullptr && !start_step(scan)) return ExecClearTuple(slot);
    TupleTableSlot* row = row_of_step(scan);
    if (TupIsNull(row)) {
      end_step(scan);
      continue;
    }
    const int columns = slot->tts_tupleDescriptor->natts;
    slot_getsomeattrs(row, columns);
    ExecClearTuple(slot);
    std::copy_n(row->tts_values, columns, slot->tts_values);
    std::copy_n(row->tts_isnull, columns, slot->tts_isnull);
    return ExecStoreVirtualTuple(slot);
  }
}

bool recheck(ScanState*, TupleTableSlot*) { return true; }

TupleTableSlot* execute(CustomScanState* state) { return ExecScan(&state->ss, next_row, recheck); }

void begin(CustomScanState* state, EState*, int) {
  StepwiseScan& scan = scan_of(state);
  const auto* plan = reinterpret_cast<CustomScan*>(state->ss.ps.plan);
  scan.query = linitial_node(Query, plan->custom_private);
  Oid type;
  int16 strategy;
  get_ordering_op_properties(linitial_node(SortGroupClause, scan.query->sortClause)->sortop,
                             &scan.family, &type, &strategy);
  scan.newest_first = strategy == BTGreaterStrategyNumber;
  scan.context =
      AllocSetContextCreate(state->ss.ps.state->es_query_cxt, "varve step", ALLOCSET_DEFAULT_SIZES);
  scan.parameter_context = AllocSetContextCreate(state->ss.ps.state->es_query_cxt,
                                                 "varve step parameters", ALLOCSET_SMALL_SIZES);
  scan.outer_values = ExecInitExprList(plan->custom_exprs, &state->ss.ps);
  restart(scan);
}

void end(CustomScanState* state) { end_step(scan_of(state)); }

void rescan(CustomScanState* state) {
  end_step(scan_of(state));
  restart(scan_of(state));
  ExecScanReScan(&state->ss);
}

void explain(CustomScanState* state, List*, ExplainState* out) {
  const StepwiseScan& scan = scan_of(state);
  ExplainPropertyText("Order", scan.newest_first ? "newest chunks first" : "oldest chunks first",
                      out);
  if (out->analyze) ExplainPropertyInteger("Steps", nullptr, scan.steps, out);
}

constexpr CustomExecMethods kMethods = pg::methods_of({.name = "StepwiseScan",
                                                       .begin = begin,
                                                       .execute = execute,
                                                       .end = end,
                                                       .rescan = rescan,
                                                       .explain = explain});

}  // namespace

const CustomScanMethods kStepwiseScan = {
    .CustomName = "StepwiseScan",
    .CreateCustomScanState = pg::create_state<StepwiseScan, kMethods>};

bool stepwise_scan_enabled() { return enabled; }

void define_stepwise_scan() {
  RegisterCustomScanMethods(&kStepwiseScan);
  DefineCustomBoolVariable("varve.enable_stepwise_scan",
                           "Plan and read the newest or oldest chunks first where a query with "
                           "ORDER BY time LIMIT n may need few of them.",
                           nullptr, &enabled, true, PGC_USERSET, 0, nullptr, nullptr, nullptr);
}

}  // namespace varve::planner
