// Offers SkipScan to the planner.
#include "extension/planner/skip_path.h"

#include <algorithm>

#include "extension/planner/skip_candidate.h"
#include "extension/planner/skip_scan.h"

extern "C" {
#include <access/sysattr.h>
#include <catalog/pg_am.h>
#include <catalog/pg_class.h>
#include <nodes/nodeFuncs.h>
#include <optimizer/clauses.h>
#include <optimizer/cost.h>
#include <optimizer/optimizer.h>
#include <optimizer/pathnode.h>
#include <optimizer/paths.h>
#include <optimizer/planmain.h>
#include <optimizer/restrictinfo.h>
#include <utils/guc.h>
}

namespace varve::planner {
namespace {

bool enabled = true;
set_rel_pathlist_hook_type previous_pathlist = nullptr;

/// Whether something wants a system column that a row of the node does not have.
bool needs_system_columns(const RelOptInfo& relation) {
  Bitmapset* columns = nullptr;
  pull_varattnos(reinterpret_cast<Node*>(relation.reltarget->exprs), relation.relid, &columns);
  ListCell* cell;
  foreach (cell, relation.baserestrictinfo) {
    pull_varattnos(reinterpret_cast<Node*>(lfirst_node(RestrictInfo, cell)->clause), relation.relid,
                   &columns);
  }
  for (int column = MinTransactionIdAttributeNumber; column > FirstLowInvalidHeapAttributeNumber;
       --column) {
    if (column == TableOidAttributeNumber || column == SelfItemPointerAttributeNumber) continue;
    if (bms_is_member(column - FirstLowInvalidHeapAttributeNumber, columns)) return true;
  }
  return false;
}

bool is_in_prefix(const Candidate& candidate, const Node* node) {
  if (!IsA(node, Var)) return false;
  const auto* variable = reinterpret_cast<const Var*>(node);
  if (variable->varno != static_cast<int>(candidate.table.relation->relid)) return false;
  const int* keys = candidate.index->indexkeys;
  return std::find(keys, keys + candidate.order.prefix, variable->varattno) !=
         keys + candidate.order.prefix;
}

bool sorts_prefix(const Candidate& candidate, const PathKey& key) {
  ListCell* cell;
  foreach (cell, key.pk_eclass->ec_members) {
    if (is_in_prefix(candidate,
                     reinterpret_cast<Node*>(lfirst_node(EquivalenceMember, cell)->em_expr))) {
      return true;
    }
  }
  return false;
}

/// What the rows are sorted by: the prefix one way, what follows it perhaps the other.
List* pathkeys_of(const Candidate& candidate) {
  const auto one_way = [&](bool backward) {
    return build_index_pathkeys(candidate.table.root, candidate.index,
                                backward ? BackwardScanDirection : ForwardScanDirection);
  };
  List* prefix = one_way(candidate.order.prefix_backward);
  List* rest = one_way(candidate.order.rest_backward);
  List* pathkeys = NIL;
  ListCell* first;
  ListCell* second;
  forboth(first, prefix, second, rest) {
    const bool in_prefix = sorts_prefix(candidate, *lfirst_node(PathKey, first));
    pathkeys = lappend(pathkeys, in_prefix ? lfirst(first) : lfirst(second));
  }
  return truncate_useless_pathkeys(candidate.table.root, candidate.table.relation, pathkeys);
}

/// Conditions on the prefix alone, which a value can be asked before its rows are looked at.
List* prefix_conditions(const RelOptInfo& relation, List* clauses, List* prefix) {
  List* conditions = NIL;
  ListCell* cell;
  foreach (cell, clauses) {
    auto* clause = lfirst_node(RestrictInfo, cell);
    Bitmapset* columns = nullptr;
    pull_varattnos(reinterpret_cast<Node*>(clause->clause), relation.relid, &columns);
    bool in_prefix = !clause->pseudoconstant && !bms_is_empty(columns);
    for (int column = -1; (column = bms_next_member(columns, column)) >= 0;) {
      const int attribute = column + FirstLowInvalidHeapAttributeNumber;
      in_prefix = in_prefix && attribute > 0 && list_member_int(prefix, attribute);
    }
    if (in_prefix &&
        restriction_is_securely_promotable(clause, const_cast<RelOptInfo*>(&relation)) &&
        !contain_subplans(reinterpret_cast<Node*>(clause->clause)) &&
        !contain_volatile_functions(reinterpret_cast<Node*>(clause->clause))) {
      conditions = lappend(conditions, clause->clause);
    }
  }
  return conditions;
}

Plan* make_plan(PlannerInfo*, RelOptInfo* relation, CustomPath* path, List* targets, List* clauses,
                List*) {
  auto* prefix = static_cast<List*>(lthird(path->custom_private));
  auto* scan = makeNode(CustomScan);
  scan->scan.plan.targetlist = targets;
  scan->scan.plan.qual = extract_actual_clauses(clauses, false);
  scan->scan.scanrelid = relation->relid;
  scan->flags = path->flags;
  scan->custom_exprs =
      list_make2(prefix_conditions(*relation, clauses, prefix), lfourth(path->custom_private));
  scan->custom_private =
      list_make3(linitial(path->custom_private), lsecond(path->custom_private), prefix);
  scan->methods = &kSkipScan;
  return &scan->scan.plan;
}

const CustomPathMethods kSkipPath = {.CustomName = "SkipScan",
                                     .PlanCustomPath = make_plan,
                                     .ReparameterizeCustomPathByChild = nullptr};

/// What the plan needs, as skip_scan.h has it, and the values of the keys behind.
List* private_data(const Candidate& candidate) {
  List* numbers = list_make4_int(static_cast<int>(candidate.index->indexoid),
                                 candidate.order.prefix, candidate.order.prefix_backward ? 1 : 0,
                                 candidate.order.rest_backward ? 1 : 0);
  List* operators = NIL;
  List* prefix = NIL;
  List* values = NIL;
  ListCell* cell;
  foreach (cell, candidate.conditions) {
    const IndexCondition* condition = condition_at(cell);
    numbers = lappend_int(numbers, condition->column + 1);
    numbers = lappend_int(numbers, condition->strategy);
    operators = lappend_oid(operators, condition->operation);
    values = lappend(values, condition->value);
  }
  for (int i = 0; i < candidate.order.prefix; ++i) {
    prefix = lappend_int(prefix, candidate.index->indexkeys[i]);
  }
  return list_make4(numbers, operators, prefix, values);
}

void add_skip_path(const Candidate& candidate) {
  RelOptInfo* relation = candidate.table.relation;
  auto* path = makeNode(CustomPath);
  path->path.pathtype = T_CustomScan;
  path->path.parent = relation;
  path->path.pathtarget = relation->reltarget;
  path->path.parallel_safe = relation->consider_parallel;
  path->path.pathkeys = pathkeys_of(candidate);
  path->flags = CUSTOMPATH_SUPPORT_PROJECTION;
  path->custom_private = private_data(candidate);
  path->methods = &kSkipPath;
  set_costs(candidate, &path->path);
  add_path(relation, &path->path);
}

/// An index that is in order: sparse ones of columnar chunks are not.
bool is_ordered(const IndexOptInfo& index) {
  return index.relam == BTREE_AM_OID && index.sortopfamily != nullptr && index.amhasgettuple &&
         !index.hypothetical && (index.indpred == NIL || index.predOK);
}

void consider(const Reducible& table) {
  ListCell* cell;
  foreach (cell, table.relation->indexlist) {
    auto* index = lfirst_node(IndexOptInfo, cell);
    if (!is_ordered(*index)) continue;
    Candidate candidate = {table, index, index_conditions(table.root, *index), {}};
    if (decide(&candidate)) add_skip_path(candidate);
  }
}

void set_pathlist(PlannerInfo* root, RelOptInfo* relation, Index index, RangeTblEntry* entry) {
  if (previous_pathlist != nullptr) previous_pathlist(root, relation, index, entry);
  const Query& query = *root->parse;
  if (!enabled || !enable_indexscan || relation->indexlist == NIL || entry->inh ||
      IS_DUMMY_REL(relation) || entry->rtekind != RTE_RELATION ||
      entry->relkind != RELKIND_RELATION ||
      (query.distinctClause == NIL && query.groupClause == NIL && !query.hasAggs)) {
    return;
  }
  Reducible table;
  if (find_reducible(root, relation, *entry, &table) && !needs_system_columns(*relation)) {
    consider(table);
  }
}

}  // namespace

void install_skip_scan() {
  define_skip_scan();
  DefineCustomBoolVariable("timescaledb.enable_skipscan",
                           "Let DISTINCT, and grouping that needs one row of each group, jump from "
                           "one distinct value to the next in an index.",
                           nullptr, &enabled, true, PGC_USERSET, GUC_EXPLAIN, nullptr, nullptr,
                           nullptr);
  previous_pathlist = set_rel_pathlist_hook;
  set_rel_pathlist_hook = set_pathlist;
}

}  // namespace varve::planner
