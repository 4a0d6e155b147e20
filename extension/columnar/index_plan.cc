#include "extension/columnar/index_plan.h"

#include <algorithm>

#include "extension/columnar/handler.h"
#include "extension/columnar/index_shim.h"
#include "extension/columnar/key_lookup.h"
#include "extension/columnar/touched.h"
#include "extension/columnstore/complete_index.h"

#include "extension/pg/postgres.h"
extern "C" {
#include <access/amapi.h>
#include <access/genam.h>
#include <access/table.h>
#include <access/xact.h>
#include <access/xlog.h>
#include <catalog/pg_am.h>
#include <nodes/nodeFuncs.h>
#include <nodes/pathnodes.h>
#include <optimizer/optimizer.h>
#include <optimizer/plancat.h>
#include <parser/parsetree.h>
#include <utils/guc.h>
#include <utils/index_selfuncs.h>
#include <utils/lsyscache.h>
#include <utils/selfuncs.h>
}

namespace varve::columnar {
namespace {

get_relation_info_hook_type previous_hook = nullptr;

bool use_index_scans = true;  // varve.enable_columnar_index_scan

constexpr Cost kNever = 1e20;  // beside which every other path is cheap, also one that is disabled

/// How selective the conditions on one column of the index are, 1 without any.
Selectivity selectivity_of(PlannerInfo* root, const IndexPath& path, AttrNumber attribute) {
  List* clauses = NIL;
  ListCell* cell;
  foreach (cell, path.indexclauses) {
    const auto* clause = lfirst_node(IndexClause, cell);
    if (path.indexinfo->indexkeys[clause->indexcol] != attribute) continue;
    clauses = list_concat(clauses, clause->indexquals);
  }
  if (clauses == NIL) return 1;
  return clauselist_selectivity(root, clauses, static_cast<int>(path.indexinfo->rel->relid),
                                JOIN_INNER, nullptr);
}

/// The part of all rows in whose vectors a lookup has to look.
Selectivity part_looked_at(PlannerInfo* root, const IndexPath& path) {
  const Oid table = planner_rt_fetch(path.indexinfo->rel->relid, root)->relid;
  Relation chunk = table_open(table, NoLock);
  const Selectivity part = part_touched(
      chunk, [&](AttrNumber attribute) { return selectivity_of(root, path, attribute); });
  table_close(chunk, NoLock);
  return part;
}

bool is_equality(const RestrictInfo& info) {
  const auto* clause = reinterpret_cast<const Node*>(info.clause);
  const auto is_hashed = [](Oid operation, const List* arguments) {
    return op_hashjoinable(operation, exprType(static_cast<const Node*>(linitial(arguments))));
  };
  if (IsA(clause, OpExpr)) {
    const auto& operation = *reinterpret_cast<const OpExpr*>(clause);
    return is_hashed(operation.opno, operation.args);
  }
  if (!IsA(clause, ScalarArrayOpExpr)) return false;
  const auto& operation = *reinterpret_cast<const ScalarArrayOpExpr*>(clause);
  return is_hashed(operation.opno, operation.args);
}

/// Vectors that a lookup has to look at: what is left by the order of row groups, and by their
/// bloom filters.
double vectors_looked_at(PlannerInfo* root, const IndexPath& path) {
  const double rows = path.indexinfo->rel->tuples;
  double vectors = vectors_touched(rows, part_looked_at(root, path));
  const Oid table = planner_rt_fetch(path.indexinfo->rel->relid, root)->relid;
  Relation chunk = table_open(table, NoLock);
  ListCell* cell;
  foreach (cell, path.indexclauses) {
    const auto* clause = lfirst_node(IndexClause, cell);
    const auto column = static_cast<AttrNumber>(path.indexinfo->indexkeys[clause->indexcol]);
    if (!is_equality(*linitial_node(RestrictInfo, clause->indexquals))) continue;
    if (!is_filtered(chunk, column)) continue;
    const double matching = rows * selectivity_of(root, path, column);
    vectors = std::min(vectors, vectors_behind_filters(rows, matching));
  }
  table_close(chunk, NoLock);
  return vectors;
}

/// What a value costs to be compared with a key, in units of cpu_operator_cost; less where that
/// takes no call of a function.
constexpr double kKeyCost = 0.2;
constexpr double kBitsCost = 0.05;

double cost_of_keys(const IndexPath& path) {
  double cost = 0;
  ListCell* cell;
  foreach (cell, path.indexclauses) {
    const auto* info = linitial_node(RestrictInfo, lfirst_node(IndexClause, cell)->indexquals);
    const bool is_by_bits =
        IsA(info->clause, OpExpr) &&
        bits_compared(get_opcode(reinterpret_cast<const OpExpr*>(info->clause)->opno)) != 0;
    cost += is_by_bits ? kBitsCost : kKeyCost;
  }
  return cost;
}

// An index scan of the heap part, and what the lookup in the row groups adds.
void cost_estimate(PlannerInfo* root, IndexPath* path, double loops, Cost* startup, Cost* total,
                   Selectivity* selectivity, double* correlation, double* pages) {
  if (path->indexclauses == NIL) {
    // Nobody wants to read an index for no column of it (count(*) without a condition): PostgreSQL
    // takes it for one that can return those that are needed, and would miss them.
    *startup = *total = kNever;
    *selectivity = *correlation = 1;
    *pages = 1;
    return;
  }
  GenericCosts costs = {};
  genericcostestimate(root, path, loops, &costs);
  const double rows = vectors_looked_at(root, *path) * columnstore::kVectorLength;
  *startup = costs.indexStartupCost;
  *total = costs.indexTotalCost + rows * cost_of_keys(*path) * cpu_operator_cost;
  *selectivity = costs.indexSelectivity;
  *correlation = 1;  // matches come in the order in which they lie
  *pages = costs.numIndexPages;
}

/// What a row costs that an index names, and that lies in another vector than the one before: all
/// columns of the vector are decoded.
constexpr double kVectorCost = 80;  // in units of cpu_operator_cost, for each column

// An index scan as PostgreSQL has it, and the vectors that its rows make one decode. Rows come in
// the order of the index, which is the order of the columns as far as it correlates with it.
void cost_complete(PlannerInfo* root, IndexPath* path, double loops, Cost* startup, Cost* total,
                   Selectivity* selectivity, double* correlation, double* pages) {
  const IndexOptInfo& index = *path->indexinfo;
  auto* estimate = index.relam == BTREE_AM_OID ? btcostestimate : hashcostestimate;
  estimate(root, path, loops, startup, total, selectivity, correlation, pages);
  if (path->path.pathtype == T_IndexOnlyScan) return;
  const double rows = *selectivity * index.rel->tuples;
  const double apart = rows * (1 - *correlation * *correlation);
  const double vectors = std::min(rows, 1 + apart + rows / columnstore::kVectorLength);
  *total += vectors * index.rel->max_attr * kVectorCost * cpu_operator_cost;
}

void make_unusable(IndexOptInfo* index) {
  index->relam = InvalidOid;  // nor does an end of the index say what the column's is
  index->amhasgettuple = false;
  index->amhasgetbitmap = false;
  index->amcanparallel = false;  // asked of parallel scans instead of amhasgettuple
}

void make_unordered(IndexOptInfo* index) {
  index->relam = InvalidOid;  // no comparisons of rows, no end of the index as the column's end
  index->sortopfamily = nullptr;
  index->amcanorderbyop = false;
  index->amcanparallel = false;
  index->amcanmarkpos = false;
  index->amhasgetbitmap = false;
  index->amcostestimate =
      reinterpret_cast<void (*)()>(cost_estimate);  // declared so to spare an include
  std::fill_n(index->canreturn, index->ncolumns, false);
}

void adapt(Relation chunk, IndexOptInfo* info) {
  Relation index = index_open(info->indexoid, NoLock);
  if (use_index_scans && columnstore::is_complete(chunk, index)) {
    info->amcostestimate = reinterpret_cast<void (*)()>(cost_complete);
  } else if (use_index_scans && can_be_shimmed(index)) {
    make_unordered(info);
  } else {
    make_unusable(info);
  }
  index_close(index, NoLock);
}

/// How many workers shall build an index is asked without a query. That what they build is complete
/// is noted while they work (index_build.h), when there are no transaction ids to be had any more.
void prepare_build(Relation table) {
  if (is_columnar_table(table) && columnstore::has_groups(table)) GetCurrentTransactionId();
}

bool is_about_build(const PlannerInfo& root) {
  return root.parse->jointree == nullptr && !RecoveryInProgress() && !IsInParallelMode();
}

void get_relation_info(PlannerInfo* root, Oid relation, bool is_parent, RelOptInfo* rel) {
  if (previous_hook != nullptr) previous_hook(root, relation, is_parent, rel);
  const bool is_build = is_about_build(*root);
  if (!is_build && (rel->indexlist == NIL || is_parent)) return;
  Relation table = table_open(relation, NoLock);
  if (is_build) prepare_build(table);
  if (is_columnar_table(table) && columnstore::has_groups(table)) {
    ListCell* cell;
    foreach (cell, rel->indexlist) adapt(table, lfirst_node(IndexOptInfo, cell));
  }
  table_close(table, NoLock);
}

}  // namespace

void install_index_plan() {
  DefineCustomBoolVariable("varve.enable_columnar_index_scan",
                           "Lets plans look up rows of columnar chunks by the keys of indexes.",
                           nullptr, &use_index_scans, true, PGC_USERSET, GUC_EXPLAIN, nullptr,
                           nullptr, nullptr);
  previous_hook = get_relation_info_hook;
  get_relation_info_hook = get_relation_info;
}

}  // namespace varve::columnar
