#include "extension/vectorized/aggregate_path.h"

#include "extension/vectorized/aggregate_kind.h"
#include "extension/vectorized/aggregate_node.h"
#include "extension/vectorized/scan_path.h"

#include "extension/pg/postgres.h"
extern "C" {
#include <catalog/pg_aggregate.h>
#include <nodes/makefuncs.h>
#include <optimizer/cost.h>
#include <optimizer/optimizer.h>
#include <optimizer/pathnode.h>
#include <optimizer/planner.h>
#include <optimizer/tlist.h>
}

namespace varve::vectorized {
namespace {

create_upper_paths_hook_type previous_hook = nullptr;

/// What a value costs to be added, in units of cpu_operator_cost: as a vector's, as a row's.
constexpr double kVectorValueCost = 0.05;
constexpr double kRowValueCost = 0.5;

Plan* make_plan(PlannerInfo*, RelOptInfo*, CustomPath* path, List* targets, List*, List* children) {
  auto* node = makeNode(CustomScan);
  node->scan.plan.targetlist = targets;
  node->flags = path->flags;
  node->custom_plans = children;
  node->custom_private = static_cast<List*>(linitial(path->custom_private));
  ListCell* cell;
  foreach (cell, static_cast<List*>(lsecond(path->custom_private))) {
    auto* aggregate = static_cast<Expr*>(copyObjectImpl(lfirst(cell)));
    const auto number = static_cast<AttrNumber>(foreach_current_index(cell) + 1);
    node->custom_scan_tlist =
        lappend(node->custom_scan_tlist, makeTargetEntry(aggregate, number, nullptr, false));
  }
  node->methods = &kVectorizedAggregate;
  return &node->scan.plan;
}

const CustomPathMethods kPath = {.CustomName = "VectorizedAggregate",
                                 .PlanCustomPath = make_plan,
                                 .ReparameterizeCustomPathByChild = nullptr};

/// Whether the query aggregates all rows of one table to one row, and does nothing else with it.
bool is_plain(const PlannerInfo& root, const RelOptInfo& input) {
  const Query& query = *root.parse;
  return input.reloptkind == RELOPT_BASEREL && query.hasAggs && query.groupClause == NIL &&
         query.groupingSets == NIL && query.havingQual == nullptr && !query.hasTargetSRFs;
}

/// Where the aggregate's argument is among the targets of the input; -1: nowhere.
int target_of(const Aggref& aggregate, List* targets) {
  const Node* argument = reinterpret_cast<Node*>(linitial_node(TargetEntry, aggregate.args)->expr);
  while (IsA(argument, RelabelType)) {
    argument = reinterpret_cast<Node*>(reinterpret_cast<const RelabelType*>(argument)->arg);
  }
  if (!IsA(argument, Var)) return -1;
  ListCell* cell;
  foreach (cell, targets) {
    if (equal(lfirst(cell), argument)) return foreach_current_index(cell);
  }
  return -1;
}

/// What the node has to know of an aggregate; NIL where it cannot compute it.
List* description_of(const Aggref& aggregate, List* targets) {
  const AggregateKind* kind = kind_of(aggregate.aggfnoid);
  if (kind == nullptr || aggregate.aggfilter != nullptr || aggregate.aggdistinct != NIL ||
      aggregate.aggorder != NIL || aggregate.aggkind != AGGKIND_NORMAL) {
    return NIL;
  }
  int target = -1;
  if (kind->aggregate != Aggregate::kCountRows) {
    target = target_of(aggregate, targets);
    if (target < 0) return NIL;
  }
  return list_make2_int(static_cast<int>(aggregate.aggfnoid), target);
}

/// Descriptions of all aggregates; false where the node cannot compute what is asked for.
bool describe(const PathTarget& wanted, List* targets, List** descriptions, List** aggregates) {
  List* found = pull_var_clause(reinterpret_cast<Node*>(wanted.exprs),
                                PVC_INCLUDE_AGGREGATES | PVC_RECURSE_PLACEHOLDERS);
  ListCell* cell;
  foreach (cell, found) {
    auto* node = static_cast<Node*>(lfirst(cell));
    if (!IsA(node, Aggref)) return false;
    if (list_member(*aggregates, node)) continue;
    List* description = description_of(*castNode(Aggref, node), targets);
    if (description == NIL) return false;
    *aggregates = lappend(*aggregates, node);
    *descriptions = lappend(*descriptions, description);
  }
  return *aggregates != NIL;
}

/// The scans that the path consists of; NIL where it is something else.
List* scans_of(Path* path) {
  if (path->param_info != nullptr || path->parallel_aware) return NIL;
  if (is_columnar_scan(path)) return list_make1(path);
  return IsA(path, AppendPath) ? reinterpret_cast<AppendPath*>(path)->subpaths : NIL;
}

bool has_columnar(List* scans) {
  ListCell* cell;
  foreach (cell, scans) {
    if (is_columnar_scan(static_cast<Path*>(lfirst(cell)))) return true;
  }
  return false;
}

Cost cost_of(List* scans, int aggregates) {
  Cost cost = 0;
  ListCell* cell;
  foreach (cell, scans) {
    const auto& scan = *static_cast<Path*>(lfirst(cell));
    const bool is_columnar = is_columnar_scan(&scan);
    const double value = is_columnar ? kVectorValueCost : kRowValueCost;
    cost += scan.total_cost + scan.rows * aggregates * value * cpu_operator_cost;
    if (is_columnar) cost -= cost_of_rows(scan);
  }
  return cost;
}

void add_aggregate_path(RelOptInfo* output, Path* source) {
  List* scans = scans_of(source);
  if (!has_columnar(scans)) return;
  List* descriptions = NIL;
  List* aggregates = NIL;
  if (!describe(*output->reltarget, source->pathtarget->exprs, &descriptions, &aggregates)) return;
  auto* path = makeNode(CustomPath);
  path->path.pathtype = T_CustomScan;
  path->path.parent = output;
  path->path.pathtarget = output->reltarget;
  path->path.parallel_safe = output->consider_parallel && source->parallel_safe;
  path->path.rows = 1;
  path->path.startup_cost = cost_of(scans, list_length(aggregates));
  path->path.total_cost = path->path.startup_cost + cpu_tuple_cost;
  path->flags = CUSTOMPATH_SUPPORT_PROJECTION;
  path->custom_paths = list_make1(source);
  path->custom_private = list_make2(descriptions, aggregates);
  path->methods = &kPath;
  add_path(output, &path->path);
}

void create_upper_paths(PlannerInfo* root, UpperRelationKind stage, RelOptInfo* input,
                        RelOptInfo* output, void* extra) {
  if (previous_hook != nullptr) previous_hook(root, stage, input, output, extra);
  if (stage != UPPERREL_GROUP_AGG || !is_enabled() || !is_plain(*root, *input)) return;
  ListCell* cell;
  foreach (cell, input->pathlist) {
    add_aggregate_path(output, static_cast<Path*>(lfirst(cell)));
  }
}

}  // namespace

void install_aggregate_path() {
  RegisterCustomScanMethods(&kVectorizedAggregate);
  previous_hook = create_upper_paths_hook;
  create_upper_paths_hook = create_upper_paths;
}

}  // namespace varve::vectorized
