// A condition like time >= '2024-01-01' leaves out the chunks before. In most of those that stay it
// is true of every row: only the chunk at the end of the range needs to ask. PostgreSQL asks
// everywhere, which costs a fifth of a scan.
//
// Whatever changes the range of a chunk invalidates the plans that read it.
#include "extension/planner/certain_conditions.h"

#include "extension/planner/comparison.h"

#include "extension/pg/postgres.h"
extern "C" {
#include <access/stratnum.h>
#include <catalog/pg_class.h>
#include <optimizer/cost.h>
#include <optimizer/pathnode.h>
#include <optimizer/paths.h>
#include <partitioning/partbounds.h>
}

namespace varve::planner {
namespace {

set_rel_pathlist_hook_type previous_pathlist = nullptr;

/// The range of a chunk in the column it is partitioned by. null: open.
struct ChunkRange {
  const RelOptInfo* parent;
  AttrNumber column;
  Oid type;
  const Datum* begin;
  const Datum* end;
};

bool is_range_partitioned(const RelOptInfo* parent) {
  return parent != nullptr && parent->part_scheme != nullptr && parent->part_rels != nullptr &&
         parent->part_scheme->strategy == PARTITION_STRATEGY_RANGE &&
         parent->part_scheme->partnatts == 1;
}

/// Where the chunk ends among the bounds of its parent; -1: it is the default partition. Chunks are
/// planned in their order, so that each is found next to the one before.
int position_of(const RelOptInfo& parent, const RelOptInfo& chunk) {
  static int last = 0;
  const PartitionBoundInfoData& bounds = *parent.boundinfo;
  for (int i = 0; i < bounds.ndatums; ++i) {
    const int position = (last + i) % bounds.ndatums;
    const int index = bounds.indexes[position];
    if (index < 0 || parent.part_rels[index] != &chunk) continue;
    last = position;
    return position;
  }
  return -1;
}

const Datum* bound_at(const PartitionBoundInfoData& bounds, int position) {
  if (position < 0 || bounds.kind[position][0] != PARTITION_RANGE_DATUM_VALUE) return nullptr;
  return &bounds.datums[position][0];
}

/// False where the relation is no chunk.
bool find_range(const PlannerInfo& root, const RelOptInfo& chunk, ChunkRange* range) {
  if (root.append_rel_array == nullptr || root.append_rel_array[chunk.relid] == nullptr) {
    return false;
  }
  const AppendRelInfo& info = *root.append_rel_array[chunk.relid];
  const RelOptInfo* parent = root.simple_rel_array[info.parent_relid];
  if (!is_range_partitioned(parent)) return false;
  const auto* key = static_cast<const Node*>(linitial(parent->partexprs[0]));
  const int position = position_of(*parent, chunk);
  if (position < 0 || !IsA(key, Var)) return false;
  const AttrNumber in_parent = castNode(Var, key)->varattno;
  const auto* column = castNode(Var, list_nth(info.translated_vars, in_parent - 1));
  *range = {parent, column->varattno, column->vartype, bound_at(*parent->boundinfo, position - 1),
            bound_at(*parent->boundinfo, position)};
  return true;
}

/// Whether each row of the chunk fulfils a condition of that kind with `value`.
bool includes(const ChunkRange& range, int strategy, Datum value) {
  const PartitionSchemeData& scheme = *range.parent->part_scheme;
  const auto order = [&](Datum bound) {
    return DatumGetInt32(
        FunctionCall2Coll(&scheme.partsupfunc[0], scheme.partcollation[0], bound, value));
  };
  switch (strategy) {
    case BTGreaterEqualStrategyNumber: return range.begin != nullptr && order(*range.begin) >= 0;
    case BTGreaterStrategyNumber: return range.begin != nullptr && order(*range.begin) > 0;
    case BTLessStrategyNumber:
    case BTLessEqualStrategyNumber: return range.end != nullptr && order(*range.end) <= 0;
    default: return false;
  }
}

/// Whether the condition compares the column with a constant so that the range decides it.
bool is_certain(const ChunkRange& range, const RelOptInfo& chunk, const RestrictInfo& condition) {
  Comparison comparison;
  if (!comparison_of(reinterpret_cast<Node*>(condition.clause), &comparison)) return false;
  if (IsA(comparison.left, Const)) comparison = mirrored(comparison);
  if (!IsA(comparison.left, Var) || !IsA(comparison.right, Const) ||
      comparison.family != range.parent->part_scheme->partopfamily[0]) {
    return false;
  }
  const auto* variable = castNode(Var, comparison.left);
  const auto* constant = castNode(Const, comparison.right);
  return variable->varno == static_cast<int>(chunk.relid) && variable->varattno == range.column &&
         !constant->constisnull && constant->consttype == range.type &&
         includes(range, comparison.strategy, constant->constvalue);
}

List* uncertain(const ChunkRange& range, const RelOptInfo& chunk, List* conditions) {
  List* rest = NIL;
  ListCell* cell;
  foreach (cell, conditions) {
    auto* condition = lfirst_node(RestrictInfo, cell);
    if (!is_certain(range, chunk, *condition)) rest = lappend(rest, condition);
  }
  return rest;
}

/// Scans of all rows cost less now, and may be better than those that were preferred.
void add_scans(PlannerInfo* root, RelOptInfo* chunk) {
  add_path(chunk, create_seqscan_path(root, chunk, chunk->lateral_relids, 0));
  if (!chunk->consider_parallel || chunk->lateral_relids != nullptr) return;
  const int workers =
      compute_parallel_worker(chunk, chunk->pages, -1, max_parallel_workers_per_gather);
  if (workers > 0) add_partial_path(chunk, create_seqscan_path(root, chunk, nullptr, workers));
}

void drop_certain(PlannerInfo* root, RelOptInfo* chunk) {
  ChunkRange range = {};
  if (chunk->baserestrictinfo == NIL || !find_range(*root, *chunk, &range)) return;
  List* rest = uncertain(range, *chunk, chunk->baserestrictinfo);
  if (list_length(rest) == list_length(chunk->baserestrictinfo)) return;
  chunk->baserestrictinfo = rest;
  cost_qual_eval(&chunk->baserestrictcost, rest, root);
  ListCell* cell;
  foreach (cell, chunk->indexlist) {
    auto* index = lfirst_node(IndexOptInfo, cell);
    index->indrestrictinfo = uncertain(range, *chunk, index->indrestrictinfo);
  }
  add_scans(root, chunk);
}

void set_pathlist(PlannerInfo* root, RelOptInfo* relation, Index index, RangeTblEntry* entry) {
  if (previous_pathlist != nullptr) previous_pathlist(root, relation, index, entry);
  if (relation->reloptkind != RELOPT_OTHER_MEMBER_REL || entry->rtekind != RTE_RELATION) return;
  if (entry->relkind != RELKIND_RELATION || entry->inh || entry->tablesample != nullptr) return;
  if (!IS_DUMMY_REL(relation)) drop_certain(root, relation);
}

}  // namespace

void install_certain_conditions() {
  previous_pathlist = set_rel_pathlist_hook;
  set_rel_pathlist_hook = set_pathlist;
}

}  // namespace varve::planner
