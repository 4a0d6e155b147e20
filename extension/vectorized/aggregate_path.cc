#include "extension/vectorized/aggregate_path.h"

#include "extension/vectorized/aggregate_kind.h"
#include "extension/vectorized/aggregate_node.h"
#include "extension/vectorized/group_table.h"
#include "extension/vectorized/scan_path.h"
#include "extension/vectorized/step_function.h"

#include "extension/pg/tree.h"
extern "C" {
#include <catalog/pg_aggregate.h>
#include <catalog/pg_type.h>
#include <miscadmin.h>
#include <nodes/makefuncs.h>
#include <nodes/nodeFuncs.h>
#include <optimizer/cost.h>
#include <optimizer/optimizer.h>
#include <optimizer/pathnode.h>
#include <optimizer/planner.h>
#include <optimizer/tlist.h>
#include <utils/lsyscache.h>
#include <utils/selfuncs.h>
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
  node->custom_private = list_make2(linitial(path->custom_private), lsecond(path->custom_private));
  ListCell* cell;
  foreach (cell, static_cast<List*>(lthird(path->custom_private))) {
    auto* computed = static_cast<Expr*>(copyObjectImpl(lfirst(cell)));
    const auto number = static_cast<AttrNumber>(foreach_current_index(cell) + 1);
    node->custom_scan_tlist =
        lappend(node->custom_scan_tlist, makeTargetEntry(computed, number, nullptr, false));
  }
  node->methods = &kVectorizedAggregate;
  return &node->scan.plan;
}

const CustomPathMethods kPath = {.CustomName = "VectorizedAggregate",
                                 .PlanCustomPath = make_plan,
                                 .ReparameterizeCustomPathByChild = nullptr};

/// Whether the query does nothing but to group the rows of one table by few keys and to aggregate
/// them. More than one read of the table must find the same rows.
bool is_plain(const PlannerInfo& root, const RelOptInfo& input) {
  const Query& query = *root.parse;
  return input.reloptkind == RELOPT_BASEREL && query.hasAggs && query.groupingSets == NIL &&
         list_length(query.groupClause) <= kMostKeys && query.havingQual == nullptr &&
         !query.hasTargetSRFs &&
         !contain_volatile_functions(reinterpret_cast<Node*>(input.baserestrictinfo));
}

/// What is being put together of the plan.
struct Description {
  List* targets;     // of the input
  List* keys;        // expressions
  List* aggregates;  // Aggrefs
  List* key_places;  // for each, IntLists as the node is told
  List* aggregate_places;
};

/// Passed by value, and equal where their bits are.
bool can_be_key(Oid type) {
  switch (type) {
    case BOOLOID:
    case INT2OID:
    case INT4OID:
    case INT8OID:
    case DATEOID:
    case TIMEOID:
    case TIMESTAMPOID:
    case TIMESTAMPTZOID: return true;
    default: return false;
  }
}

int place_of(const Node* expression, List* targets) {
  ListCell* cell;
  foreach (cell, targets) {
    if (equal(lfirst(cell), expression)) return foreach_current_index(cell);
  }
  return -1;
}

bool describe_keys(const PlannerInfo& root, Description& description) {
  ListCell* cell;
  foreach (cell, root.parse->groupClause) {
    Node* key = get_sortgroupclause_expr(lfirst_node(SortGroupClause, cell), root.processed_tlist);
    const Var* column = IsA(key, Var) ? castNode(Var, key) : column_of_step(key);
    const int place = place_of(key, description.targets);
    if (column == nullptr || place < 0 || !can_be_key(column->vartype) ||
        !can_be_key(exprType(key))) {
      return false;
    }
    description.keys = lappend(description.keys, key);
    description.key_places =
        lappend(description.key_places, list_make2_int(place, get_typlen(exprType(key))));
  }
  return true;
}

/// Where the aggregate's argument is among the targets of the input; -1: nowhere.
int target_of(const Aggref& aggregate, List* targets) {
  const Node* argument = reinterpret_cast<Node*>(linitial_node(TargetEntry, aggregate.args)->expr);
  while (IsA(argument, RelabelType)) {
    argument = reinterpret_cast<Node*>(reinterpret_cast<const RelabelType*>(argument)->arg);
  }
  return IsA(argument, Var) ? place_of(argument, targets) : -1;
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

/// Walks expressions over keys and aggregates, and describes the latter; true, which ends it, where
/// there is something that the node cannot compute.
bool describe_aggregates(Node* node, void* context) {
  if (node == nullptr) return false;
  auto& description = *static_cast<Description*>(context);
  if (list_member(description.keys, node) || list_member(description.aggregates, node))
    return false;
  if (IsA(node, Var)) return true;
  if (!IsA(node, Aggref)) return pg::walk_expression(node, describe_aggregates, context);
  List* places = description_of(*castNode(Aggref, node), description.targets);
  if (places == NIL) return true;
  description.aggregates = lappend(description.aggregates, node);
  description.aggregate_places = lappend(description.aggregate_places, places);
  return false;
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

double groups_of(PlannerInfo* root, const Description& description, const Path& source) {
  if (description.keys == NIL) return 1;
  return estimate_num_groups(root, description.keys, source.rows, nullptr, nullptr);
}

/// How often the scans are read, each time for as many groups as memory has room for.
double reads_of(double groups, int aggregates) {
  const double bytes = groups * static_cast<double>(GroupTable::bytes_of_group(aggregates));
  const double limit = static_cast<double>(get_hash_memory_limit());
  return bytes <= limit ? 1
                        : 1 + 2 * bytes / limit;  // the partition that was too large, and halves
}

void add_aggregate_path(PlannerInfo* root, RelOptInfo* output, Path* source) {
  List* scans = scans_of(source);
  if (!has_columnar(scans)) return;
  Description description = {};
  description.targets = source->pathtarget->exprs;
  if (!describe_keys(*root, description)) return;
  if (describe_aggregates(reinterpret_cast<Node*>(output->reltarget->exprs), &description)) return;
  const int values = list_length(description.aggregates) + list_length(description.keys);
  auto* path = makeNode(CustomPath);
  path->path.pathtype = T_CustomScan;
  path->path.parent = output;
  path->path.pathtarget = output->reltarget;
  path->path.parallel_safe = output->consider_parallel && source->parallel_safe;
  path->path.rows = groups_of(root, description, *source);
  path->path.startup_cost =
      cost_of(scans, values) * reads_of(path->path.rows, list_length(description.aggregates));
  path->path.total_cost = path->path.startup_cost + path->path.rows * cpu_tuple_cost;
  path->flags = CUSTOMPATH_SUPPORT_PROJECTION;
  path->custom_paths = list_make1(source);
  path->custom_private = list_make3(description.key_places, description.aggregate_places,
                                    list_concat_copy(description.keys, description.aggregates));
  path->methods = &kPath;
  add_path(output, &path->path);
}

void create_upper_paths(PlannerInfo* root, UpperRelationKind stage, RelOptInfo* input,
                        RelOptInfo* output, void* extra) {
  if (previous_hook != nullptr) previous_hook(root, stage, input, output, extra);
  if (stage != UPPERREL_GROUP_AGG || !is_enabled() || !is_plain(*root, *input)) return;
  ListCell* cell;
  foreach (cell, input->pathlist) {
    add_aggregate_path(root, output, static_cast<Path*>(lfirst(cell)));
  }
}

}  // namespace

void install_aggregate_path() {
  RegisterCustomScanMethods(&kVectorizedAggregate);
  previous_hook = create_upper_paths_hook;
  create_upper_paths_hook = create_upper_paths;
}

}  // namespace varve::vectorized
