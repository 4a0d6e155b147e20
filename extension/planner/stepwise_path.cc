// From a relation that has a step query to a node of the plan.
#include "extension/planner/stepwise_query.h"
#include "extension/planner/stepwise_relation.h"
#include "extension/planner/stepwise_scan.h"

#include "extension/pg/tree.h"
extern "C" {
#include <nodes/makefuncs.h>
#include <optimizer/cost.h>
#include <optimizer/optimizer.h>
#include <optimizer/pathnode.h>
#include <optimizer/paths.h>
#include <optimizer/planmain.h>
#include <optimizer/restrictinfo.h>
}

namespace varve::planner {
namespace {

set_rel_pathlist_hook_type previous_pathlist = nullptr;

Plan* make_plan(PlannerInfo*, RelOptInfo* relation, CustomPath* path, List* targets, List*, List*) {
  auto* scan = makeNode(CustomScan);
  scan->scan.plan.targetlist = targets;  // conditions are the steps'
  scan->scan.scanrelid = relation->relid;
  scan->flags = path->flags;
  scan->custom_exprs = static_cast<List*>(lsecond(path->custom_private));
  scan->custom_private = list_make1(linitial(path->custom_private));
  scan->methods = &kStepwiseScan;
  return &scan->scan.plan;
}

const CustomPathMethods kStepwisePath = {.CustomName = "StepwiseScan",
                                         .PlanCustomPath = make_plan,
                                         .ReparameterizeCustomPathByChild = nullptr};

/// The chunks are hidden, so this is a guess: the statistics of the whole table if it has any.
double estimate_rows(PlannerInfo* root, RelOptInfo* relation) {
  const double all = relation->tuples > 0 ? relation->tuples : 1000;
  return clamp_row_est(
      all * clauselist_selectivity(root, relation->baserestrictinfo, 0, JOIN_INNER, nullptr));
}

bool collect_parameters(Node* node, void* found) {
  if (node == nullptr) return false;
  if (IsA(node, Param) && castNode(Param, node)->paramkind == PARAM_EXEC) {
    auto** parameters = static_cast<List**>(found);
    *parameters = list_append_unique(*parameters, node);
    return false;
  }
  return pg::walk_expression(node, collect_parameters, found);
}

/// What the conditions of the steps take from outer queries: columns in the step query, but
/// parameters in the conditions that the planner has by now, which the steps get instead.
List* bind_outer_references(const RelOptInfo& relation, Query& step) {
  if (!refers_outward(step.jointree->quals)) return NIL;
  List* conditions = NIL;
  ListCell* cell;
  foreach (cell, relation.baserestrictinfo) {
    conditions = lappend(conditions, copyObjectImpl(lfirst_node(RestrictInfo, cell)->clause));
  }
  step.jointree->quals = reinterpret_cast<Node*>(make_ands_explicit(conditions));
  List* parameters = NIL;
  collect_parameters(step.jointree->quals, &parameters);
  return parameters;
}

void add_stepwise_path(PlannerInfo* root, RelOptInfo* relation, Query* step) {
  relation->rows = estimate_rows(root, relation);
  auto* path = makeNode(CustomPath);
  path->path.pathtype = T_CustomScan;
  path->path.parent = relation;
  path->path.pathtarget = relation->reltarget;
  path->path.rows = relation->rows;
  path->path.startup_cost = 100 * cpu_tuple_cost;  // planning the first step
  path->path.total_cost =
      path->path.startup_cost + (cpu_index_tuple_cost + random_page_cost) * relation->rows;
  path->path.pathkeys = root->query_pathkeys;  // the step query is ordered alike
  path->flags = CUSTOMPATH_SUPPORT_PROJECTION;
  path->custom_private = list_make2(step, bind_outer_references(*relation, *step));
  path->methods = &kStepwisePath;
  relation->pathlist = list_make1(path);
  relation->partial_pathlist = NIL;
}

void set_pathlist(PlannerInfo* root, RelOptInfo* relation, Index index, RangeTblEntry* entry) {
  if (previous_pathlist != nullptr) previous_pathlist(root, relation, index, entry);
  Query* step = step_query_of(*entry);
  if (step != nullptr) add_stepwise_path(root, relation, step);
}

}  // namespace

void install_stepwise_scan() {
  define_stepwise_scan();
  previous_pathlist = set_rel_pathlist_hook;
  set_rel_pathlist_hook = set_pathlist;
}

}  // namespace varve::planner
