#include "extension/vectorized/scan_path.h"

#include <algorithm>

#include "extension/columnar/handler.h"
#include "extension/columnar/touched.h"
#include "extension/columnstore/reader.h"
#include "extension/vectorized/condition.h"
#include "extension/vectorized/scan_node.h"
#include "extension/vectorized/vector_delete.h"

#include "extension/pg/postgres.h"
extern "C" {
#include <access/sysattr.h>
#include <access/table.h>
#include <catalog/pg_class.h>
#include <nodes/extensible.h>
#include <optimizer/cost.h>
#include <optimizer/optimizer.h>
#include <optimizer/pathnode.h>
#include <optimizer/paths.h>
#include <optimizer/planmain.h>
#include <optimizer/restrictinfo.h>
#include <storage/bufmgr.h>
#include <utils/guc.h>
}

namespace varve::vectorized {
namespace {

set_rel_pathlist_hook_type previous_hook = nullptr;
bool enabled = true;  // varve.enable_vectorized

// What a value costs in units of cpu_operator_cost, and a row of cpu_tuple_cost: by the measure of
// PostgreSQL's own scan, which pays both for taking a tuple apart.
constexpr double kValueCost = 0.05;
constexpr double kRowCost = 0.2;
// What it costs, by the same measure, to delete a columnar row by itself; by vectors, next to
// nothing.
constexpr double kDeletionCost = 30;

Plan* make_plan(PlannerInfo*, RelOptInfo* relation, CustomPath* path, List* targets, List* clauses,
                List*) {
  auto* scan = makeNode(CustomScan);
  scan->scan.plan.targetlist = targets;
  scan->scan.plan.qual = extract_actual_clauses(clauses, false);
  scan->scan.scanrelid = relation->relid;
  scan->flags = path->flags;
  scan->methods = &kColumnarScan;
  return &scan->scan.plan;
}

const CustomPathMethods kPath = {.CustomName = "ColumnarScan",
                                 .PlanCustomPath = make_plan,
                                 .ReparameterizeCustomPathByChild = nullptr};

/// The attributes that the scan has to give or to test, as pull_varattnos() numbers them.
Bitmapset* attributes_of(const RelOptInfo& relation) {
  Bitmapset* found = nullptr;
  pull_varattnos(reinterpret_cast<Node*>(relation.reltarget->exprs), relation.relid, &found);
  ListCell* cell;
  foreach (cell, relation.baserestrictinfo) {
    pull_varattnos(reinterpret_cast<Node*>(lfirst_node(RestrictInfo, cell)->clause), relation.relid,
                   &found);
  }
  return found;
}

/// Whether a row of these attributes can be given: of the system columns, virtual rows have two.
bool can_give(const Bitmapset* attributes) {
  for (int attribute = FirstLowInvalidHeapAttributeNumber + 1; attribute < 0; ++attribute) {
    if (attribute == SelfItemPointerAttributeNumber || attribute == TableOidAttributeNumber) {
      continue;
    }
    if (bms_is_member(attribute - FirstLowInvalidHeapAttributeNumber, attributes)) return false;
  }
  return true;
}

bool is_current_of(const RelOptInfo& relation) {
  ListCell* cell;
  foreach (cell, relation.baserestrictinfo) {
    if (IsA(lfirst_node(RestrictInfo, cell)->clause, CurrentOfExpr)) return true;
  }
  return false;
}

/// What is known of a scan before its cost.
struct Work {
  double touched;   // rows in whose vectors it has to look
  double selected;  // rows that it gives, or tests one by one
  double tested;    // columns that are compared by vectors
  double needed;    // columns that are decoded
  double pages;     // that it reads
  double apart;     // rows beside the columns, all of which are tested one by one
  QualCost rest;    // of qualifiers that are tested row by row
};

/// The restrictions of a scan, by what columns can do with them.
struct Restrictions {
  List* decided;
  List* rest;
  List* excluding;   // among them
  List* attributes;  // that the excluding ones are of
  List* hashed;      // among them, those that bloom filters of a column may answer
};

Restrictions restrictions_of(const RelOptInfo& relation, Relation chunk) {
  const TupleDesc columns = RelationGetDescr(chunk);
  Restrictions found = {};
  ListCell* cell;
  foreach (cell, relation.baserestrictinfo) {
    auto* info = lfirst_node(RestrictInfo, cell);
    Condition condition;
    if (!condition_of(reinterpret_cast<Node*>(info->clause), relation.relid, columns, &condition)) {
      found.rest = lappend(found.rest, info);
      continue;
    }
    List*& side = condition.decides ? found.decided : found.rest;
    side = lappend(side, info);
    if (OidIsValid(condition.hash) && columnar::is_filtered(chunk, condition.column.attribute)) {
      found.hashed = lappend(found.hashed, info);
    }
    if (!condition.excludes) continue;
    found.excluding = lappend(found.excluding, info);
    found.attributes = lappend_int(found.attributes, condition.column.attribute);
  }
  return found;
}

Selectivity selectivity_of(PlannerInfo* root, const RelOptInfo& relation, List* clauses) {
  if (clauses == NIL) return 1;
  return clauselist_selectivity(root, clauses, static_cast<int>(relation.relid), JOIN_INNER,
                                nullptr);
}

/// Rows of the vectors in which the scan has to look.
double rows_touched(PlannerInfo* root, const RelOptInfo& relation, Relation chunk,
                    const Restrictions& restrictions) {
  double behind = relation.tuples;
  ListCell* hashed;
  foreach (hashed, restrictions.hashed) {
    const Selectivity part = selectivity_of(root, relation, list_make1(lfirst(hashed)));
    const double vectors =
        columnar::vectors_behind_filters(relation.tuples, relation.tuples * part);
    behind = std::min(behind, vectors * columnstore::kVectorLength);
  }
  if (restrictions.excluding == NIL) return behind;  // spares a look at the row groups
  const Selectivity part = columnar::part_touched(chunk, [&](AttrNumber attribute) {
    List* clauses = NIL;
    ListCell* info;
    ListCell* of;
    forboth(info, restrictions.excluding, of, restrictions.attributes) {
      if (lfirst_int(of) == attribute) clauses = lappend(clauses, lfirst(info));
    }
    return selectivity_of(root, relation, clauses);
  });
  const double vectors = columnar::vectors_touched(relation.tuples, part);
  return std::min(behind, vectors * columnstore::kVectorLength);
}

Work work_of(PlannerInfo* root, const RelOptInfo& relation, Relation chunk, Bitmapset* attributes) {
  const Restrictions restrictions = restrictions_of(relation, chunk);
  Work work = {};
  work.touched = rows_touched(root, relation, chunk, restrictions);
  work.selected = std::min(work.touched,
                           relation.tuples * selectivity_of(root, relation, restrictions.decided));
  work.tested = list_length(restrictions.decided);
  work.needed = bms_num_members(attributes);
  cost_qual_eval(&work.rest, restrictions.rest, root);
  const double columns = std::max<int>(1, RelationGetNumberOfAttributes(chunk));
  work.pages = columnar::group_totals(chunk).pages * std::min(1.0, work.needed / columns) *
                   work.touched / std::max(1.0, relation.tuples) +
               RelationGetNumberOfBlocks(chunk);
  work.apart =
      std::max(0.0, relation.tuples - static_cast<double>(columnar::group_totals(chunk).rows));
  // PostgreSQL's own scan reads as much, filters apart, and is charged for these.
  work.pages = std::min<double>(work.pages, relation.pages);
  return work;
}

void set_cost(Path& path, const RelOptInfo& relation, const Work& work) {
  double divisor = 1;
  if (path.parallel_workers > 0) {
    // The leader has other things to do, the more the more workers there are.
    divisor = path.parallel_workers;
    if (parallel_leader_participation) divisor += std::max(0.0, 1 - 0.3 * path.parallel_workers);
  }
  const double values = work.touched * (work.tested + work.needed);
  const double cpu = values * kValueCost * cpu_operator_cost +
                     work.selected * (kRowCost * cpu_tuple_cost + work.rest.per_tuple) +
                     work.apart * (cpu_tuple_cost + relation.baserestrictcost.per_tuple);
  path.rows = clamp_row_est(relation.rows / divisor);
  path.startup_cost = work.rest.startup + path.pathtarget->cost.startup;
  if (!enable_seqscan) path.startup_cost += disable_cost;
  path.total_cost = path.startup_cost + cpu / divisor + work.pages * seq_page_cost +
                    path.rows * path.pathtarget->cost.per_tuple;
}

CustomPath* make_path(PlannerInfo* root, RelOptInfo* relation, int workers) {
  auto* path = makeNode(CustomPath);
  path->path.pathtype = T_CustomScan;
  path->path.parent = relation;
  path->path.pathtarget = relation->reltarget;
  path->path.param_info = get_baserel_parampathinfo(root, relation, relation->lateral_relids);
  path->path.parallel_aware = workers > 0;
  path->path.parallel_safe = relation->consider_parallel;
  path->path.parallel_workers = workers;
  path->flags = CUSTOMPATH_SUPPORT_BACKWARD_SCAN | CUSTOMPATH_SUPPORT_PROJECTION;
  path->methods = &kPath;
  return path;
}

/// Paths of PostgreSQL give rows that are deleted one by one, which nobody has counted.
void charge_deletions(const RelOptInfo& relation) {
  ListCell* cell;
  foreach (cell, relation.pathlist) {
    auto* path = static_cast<Path*>(lfirst(cell));
    path->total_cost += path->rows * kDeletionCost * cpu_tuple_cost;
  }
}

void add_paths(PlannerInfo* root, RelOptInfo* relation, Relation chunk) {
  if (!columnar::is_columnar_table(chunk) || !columnstore::has_groups(chunk)) return;
  Bitmapset* attributes = attributes_of(*relation);
  if (!can_give(attributes) || is_current_of(*relation)) return;
  const Work work = work_of(root, *relation, chunk, attributes);
  CustomPath* path = make_path(root, relation, 0);
  set_cost(path->path, *relation, work);
  if (may_delete_by_vectors(*root->parse, chunk)) charge_deletions(*relation);
  add_path(relation, &path->path);
  if (!relation->consider_parallel || relation->lateral_relids != nullptr) return;
  const int workers =
      compute_parallel_worker(relation, relation->pages, -1, max_parallel_workers_per_gather);
  if (workers <= 0) return;
  CustomPath* partial = make_path(root, relation, workers);
  set_cost(partial->path, *relation, work);
  add_partial_path(relation, &partial->path);
}

void set_pathlist(PlannerInfo* root, RelOptInfo* relation, Index index, RangeTblEntry* entry) {
  if (previous_hook != nullptr) previous_hook(root, relation, index, entry);
  if (!enabled || entry->rtekind != RTE_RELATION || entry->relkind != RELKIND_RELATION) return;
  if (entry->inh || entry->tablesample != nullptr || IS_DUMMY_REL(relation)) return;
  Relation chunk = table_open(entry->relid, NoLock);
  add_paths(root, relation, chunk);
  table_close(chunk, NoLock);
}

}  // namespace

bool is_enabled() { return enabled; }

void define_settings() {
  DefineCustomBoolVariable("varve.enable_vectorized",
                           "Reads columnar chunks by vectors instead of row by row.", nullptr,
                           &enabled, true, PGC_USERSET, GUC_EXPLAIN, nullptr, nullptr, nullptr);
}

void install_scan_path() {
  RegisterCustomScanMethods(&kColumnarScan);
  previous_hook = set_rel_pathlist_hook;
  set_rel_pathlist_hook = set_pathlist;
}

bool is_columnar_scan(const Path* path) {
  while (IsA(path, ProjectionPath)) path = reinterpret_cast<const ProjectionPath*>(path)->subpath;
  return IsA(path, CustomPath) && reinterpret_cast<const CustomPath*>(path)->methods == &kPath;
}

Cost cost_of_rows(const Path& path) { return path.rows * kRowCost * cpu_tuple_cost; }

}  // namespace varve::vectorized
