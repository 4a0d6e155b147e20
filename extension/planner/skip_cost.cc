// What SkipScan costs.
#include <algorithm>
#include <cmath>

#include "extension/planner/skip_candidate.h"

extern "C" {
#include <optimizer/cost.h>
#include <optimizer/optimizer.h>
#include <utils/selfuncs.h>
}

namespace varve::planner {
namespace {

/// The columns of the prefix that are skipped over.
List* skipped_columns(const Candidate& candidate) {
  List* columns = NIL;
  for (int i = 0; i < candidate.order.prefix; ++i) {
    const auto* entry = static_cast<TargetEntry*>(list_nth(candidate.index->indextlist, i));
    columns = lappend(columns, entry->expr);
  }
  return columns;
}

/// How many distinct values the prefix has among the part `rows` of the table's rows.
double distinct_values(const Candidate& candidate, double rows) {
  RelOptInfo* relation = candidate.table.relation;
  const double own = relation->rows;
  relation->rows = clamp_row_est(rows);  // where PostgreSQL looks how many were filtered out
  const double distinct = estimate_num_groups(candidate.table.root, skipped_columns(candidate),
                                              relation->rows, nullptr, nullptr);
  relation->rows = own;
  return distinct;
}

/// How much of the table the conditions leave that the index can use, those on the prefix alone or
/// all.
Selectivity selectivity_of(const Candidate& candidate, bool prefix_only) {
  List* clauses = NIL;
  ListCell* cell;
  foreach (cell, candidate.conditions) {
    const IndexCondition* condition = condition_at(cell);
    if (prefix_only && condition->column >= candidate.order.prefix) continue;
    clauses = lappend(clauses, condition->source);
  }
  return clauselist_selectivity(candidate.table.root, clauses,
                                static_cast<int>(candidate.table.relation->relid), JOIN_INNER,
                                nullptr);
}

/// Whether the row where a value is found is the first in order: then one search will do.
bool is_single_pass(const Candidate& candidate) {
  if (candidate.order.prefix_backward != candidate.order.rest_backward) return false;
  ListCell* cell;
  foreach (cell, candidate.conditions) {
    if (condition_at(cell)->column >= candidate.order.prefix) return false;
  }
  return true;
}

}  // namespace

void set_costs(const Candidate& candidate, Path* path) {
  const RelOptInfo& relation = *candidate.table.relation;
  const IndexOptInfo& index = *candidate.index;
  PlannerInfo* root = candidate.table.root;
  const double tuples = std::max(1.0, relation.tuples);
  const double visited = distinct_values(candidate, tuples * selectivity_of(candidate, true));
  const double in_range = std::max(1.0, tuples * selectivity_of(candidate, false) / visited);
  const double matching = std::min(in_range, relation.rows / visited);
  const double examined = visited * std::min(in_range, (in_range + 1) / (matching + 1));
  const double searches = visited * (is_single_pass(candidate) ? 1 : 2);

  const Cost search =
      (std::ceil(std::log2(tuples + 1)) + 50 * (index.tree_height + 1)) * cpu_operator_cost;
  const double pages = index_pages_fetched(searches, index.pages, index.pages, root) +
                       index_pages_fetched(examined, relation.pages, index.pages, root);
  const Cost row = cpu_tuple_cost + cpu_index_tuple_cost + relation.baserestrictcost.per_tuple;
  path->rows = clamp_row_est(std::min(distinct_values(candidate, relation.rows), visited));
  path->startup_cost = relation.baserestrictcost.startup + search;
  path->total_cost =
      path->startup_cost + searches * search + pages * random_page_cost + examined * row;
}

}  // namespace varve::planner
