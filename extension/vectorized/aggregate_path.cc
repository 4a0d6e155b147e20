#include "extension/vectorized/aggregate_path.h"

#include <algorithm>

#include "extension/catalog/hypertable_cache.h"
#include "extension/vectorized/aggregate_description.h"
#include "extension/vectorized/aggregate_node.h"
#include "extension/vectorized/group_table.h"
#include "extension/vectorized/scan_path.h"
#include "extension/vectorized/wanted_groups.h"

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
#include <parser/parsetree.h>
#include <utils/lsyscache.h>
#include <utils/selfuncs.h>
}

namespace varve::vectorized {
namespace {

create_upper_paths_hook_type previous_hook = nullptr;

// In units of cpu_operator_cost: what a value costs to be added or to be a part of a key, and what
// a row of a chunk of rows does besides. Of cpu_tuple_cost, the part that a row of a Seq Scan is
// spared.
constexpr double kValueCost = 0.05;
constexpr double kRowCost = 0.5;
constexpr double kTupleDiscount = 0.5;
// The room for vectors of rows.
constexpr Cost kSetUpCost = 1;

/// Takes is_wanted_group() from what scans test: the node does it.
void forget_wanted(List* plans) {
  ListCell* cell;
  foreach (cell, plans) {
    auto* plan = static_cast<Plan*>(lfirst(cell));
    if (IsA(plan, Append)) forget_wanted(reinterpret_cast<Append*>(plan)->appendplans);
    ListCell* condition;
    foreach (condition, plan->qual) {
      if (keys_of_wanted(static_cast<Node*>(lfirst(condition))) == NIL) continue;
      plan->qual = foreach_delete_current(plan->qual, condition);
    }
  }
}

Plan* make_plan(PlannerInfo*, RelOptInfo*, CustomPath* path, List* targets, List*, List* children) {
  auto* node = makeNode(CustomScan);
  node->scan.plan.targetlist = targets;
  node->flags = path->flags;
  node->custom_plans = children;
  const auto part = [&](int i) {
    return static_cast<List*>(copyObjectImpl(list_nth(path->custom_private, i)));
  };
  node->custom_private = list_make3(part(0), part(1), part(5));
  if (linitial_int(part(5)) != 0) forget_wanted(children);
  List* computed = part(2);
  ListCell* cell;
  foreach (cell, computed) {
    auto* expression = static_cast<Expr*>(lfirst(cell));
    const auto number = static_cast<AttrNumber>(foreach_current_index(cell) + 1);
    node->custom_scan_tlist =
        lappend(node->custom_scan_tlist, makeTargetEntry(expression, number, nullptr, false));
  }
  node->scan.plan.qual = part(3);
  node->custom_exprs = part(4);
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
         list_length(query.groupClause) <= kMostKeys && !query.hasTargetSRFs &&
         !contain_volatile_functions(reinterpret_cast<Node*>(input.baserestrictinfo));
}

/// Whether the path is one scan of a table, by one process.
bool is_scan(const Path* path) {
  switch (path->pathtype) {
    case T_SeqScan:
    case T_IndexScan:
    case T_IndexOnlyScan:
    case T_BitmapHeapScan: return true;
    default: return is_columnar_scan(path);
  }
}

/// The scans that the path consists of; NIL where it is something else: rows that Gather has come
/// by have cost more than they can spare.
List* scans_of(Path* path) {
  if (path->param_info != nullptr || path->parallel_aware) return NIL;
  if (is_scan(path)) return list_make1(path);
  return IsA(path, AppendPath) ? reinterpret_cast<AppendPath*>(path)->subpaths : NIL;
}

bool has_columnar(List* scans) {
  ListCell* cell;
  foreach (cell, scans) {
    if (is_columnar_scan(static_cast<Path*>(lfirst(cell)))) return true;
  }
  return false;
}

bool is_of_hypertable(PlannerInfo* root, const RelOptInfo& input) {
  const RangeTblEntry* entry = planner_rt_fetch(input.relid, root);
  return entry->rtekind == RTE_RELATION && catalog::cached_hypertable_id(entry->relid) != 0;
}

/// What PostgreSQL charges for making rows of a Seq Scan, which are not made.
Cost cost_of_tuples(const Path& scan) {
  const double tuples = std::max(scan.parent->tuples, scan.rows);
  return kTupleDiscount * cpu_tuple_cost * tuples;
}

Cost cost_of(List* scans, int aggregates) {
  Cost cost = has_columnar(scans) ? 0 : kSetUpCost;
  ListCell* cell;
  foreach (cell, scans) {
    const auto& scan = *static_cast<Path*>(lfirst(cell));
    cost += scan.total_cost + scan.rows * aggregates * kValueCost * cpu_operator_cost;
    if (is_columnar_scan(&scan)) {
      cost -= cost_of_rows(scan);
    } else {
      cost += scan.rows * kRowCost * cpu_operator_cost;
      if (scan.pathtype == T_SeqScan) cost -= cost_of_tuples(scan);
    }
  }
  return cost;
}

/// Whether only groups are asked for that is_wanted_group() takes.
bool asks_for_wanted(const RelOptInfo& input, List* keys) {
  ListCell* cell;
  foreach (cell, input.baserestrictinfo) {
    const auto* condition = reinterpret_cast<Node*>(lfirst_node(RestrictInfo, cell)->clause);
    if (equal(keys_of_wanted(condition), keys)) return true;
  }
  return false;
}

double groups_of(PlannerInfo* root, const Description& description, const Path& source) {
  if (description.keys == NIL) return 1;
  return estimate_num_groups(root, description.keys, source.rows, nullptr, nullptr);
}

/// How often the scans are read, each time for as many groups as memory has room for.
double reads_of(double groups, const Description& description) {
  const double bytes = groups * bytes_of_group(description);
  const double limit = static_cast<double>(get_hash_memory_limit());
  return bytes <= limit ? 1
                        : 1 + 2 * bytes / limit;  // the partition that was too large, and halves
}

void add_aggregate_path(PlannerInfo* root, const RelOptInfo& input, RelOptInfo* output,
                        Path* source) {
  List* scans = scans_of(source);
  if (scans == NIL || (!has_columnar(scans) && !is_of_hypertable(root, input))) return;
  Description description = {};
  description.targets = source->pathtarget->exprs;
  auto* having = reinterpret_cast<List*>(root->parse->havingQual);
  if (!describe(*root, output->reltarget->exprs, having, description)) return;
  const int values = list_length(description.aggregates) + list_length(description.keys);
  auto* path = makeNode(CustomPath);
  path->path.pathtype = T_CustomScan;
  path->path.parent = output;
  path->path.pathtarget = output->reltarget;
  path->path.parallel_safe = output->consider_parallel && source->parallel_safe;
  const double groups = groups_of(root, description, *source);
  QualCost having_cost = {};
  if (having != NIL) cost_qual_eval(&having_cost, having, root);
  path->path.rows =
      clamp_row_est(groups * clauselist_selectivity(root, having, 0, JOIN_INNER, nullptr));
  QualCost filter_cost = {};
  if (description.filters != NIL) cost_qual_eval(&filter_cost, description.filters, root);
  path->path.startup_cost = (cost_of(scans, values) + source->rows * filter_cost.per_tuple) *
                                reads_of(groups, description) +
                            having_cost.startup + filter_cost.startup;
  path->path.total_cost =
      path->path.startup_cost + groups * (cpu_tuple_cost + having_cost.per_tuple);
  path->flags = CUSTOMPATH_SUPPORT_PROJECTION;
  path->custom_paths = list_make1(source);
  path->custom_private = list_make5(description.key_places, description.aggregate_places,
                                    computed_by(description), having, description.filters);
  const bool wanted = description.keys != NIL && asks_for_wanted(input, description.keys);
  path->custom_private = lappend(path->custom_private, list_make1_int(wanted ? 1 : 0));
  path->methods = &kPath;
  add_path(output, &path->path);
}

void create_upper_paths(PlannerInfo* root, UpperRelationKind stage, RelOptInfo* input,
                        RelOptInfo* output, void* extra) {
  if (previous_hook != nullptr) previous_hook(root, stage, input, output, extra);
  if (stage != UPPERREL_GROUP_AGG || !is_enabled() || !is_plain(*root, *input)) return;
  ListCell* cell;
  foreach (cell, input->pathlist) {
    add_aggregate_path(root, *input, output, static_cast<Path*>(lfirst(cell)));
  }
}

}  // namespace

void install_aggregate_path() {
  RegisterCustomScanMethods(&kVectorizedAggregate);
  previous_hook = create_upper_paths_hook;
  create_upper_paths_hook = create_upper_paths;
}

}  // namespace varve::vectorized
