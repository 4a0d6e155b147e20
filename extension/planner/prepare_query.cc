#include "extension/planner/prepare_query.h"

#include "extension/catalog/hypertable_cache.h"
#include "extension/chunk/partition_descriptor.h"
#include "extension/chunk/serializable.h"
#include "extension/continuous_aggregate/track_changes.h"
#include "extension/continuous_aggregate/watermark.h"
#include "extension/dml/route_targets.h"
#include "extension/planner/implied_bounds.h"
#include "extension/planner/stepwise_query.h"

#include "extension/pg/boundary.h"
#include "extension/pg/tree.h"
extern "C" {
#include <access/table.h>
#include <catalog/pg_class.h>
#include <partitioning/partdesc.h>
#include <utils/rel.h>
}

namespace varve::planner {
namespace {

bool is_hypertable(const RangeTblEntry& entry) {
  return entry.rtekind == RTE_RELATION && entry.relkind == RELKIND_PARTITIONED_TABLE &&
         pg::entry([&] { return catalog::cached_hypertable(entry.relid); }) != nullptr;
}

/// Fills the HypertableUse at `found`.
bool find_use(Node* node, void* found) {
  if (node == nullptr) return false;
  if (!IsA(node, Query)) return pg::walk_expression(node, find_use, found);
  auto* query = castNode(Query, node);
  auto* use = static_cast<HypertableUse*>(found);
  int index = 0;
  ListCell* cell;
  foreach (cell, query->rtable) {
    const auto* entry = lfirst_node(RangeTblEntry, cell);
    const bool is_target = ++index == query->resultRelation;
    const bool is_only_written = is_target && query->commandType == CMD_INSERT;
    const bool is_named = is_hypertable(*entry);
    use->named =
        use->named || is_named || (is_target && continuous_aggregate::is_tracked(entry->relid));
    // A function in FROM may be inlined, and bring hypertables with it.
    use->may_be_read =
        use->may_be_read || (is_named && !is_only_written) || entry->rtekind == RTE_FUNCTION;
  }
  if (use->named && use->may_be_read) return true;
  return pg::walk_query(query, find_use, found);
}

/// The rewriter has locked every relation of the query.
void refresh_descriptor(const RangeTblEntry& entry, bool is_read) {
  Relation relation = table_open(entry.relid, NoLock);
  if (is_read) chunk::before_reading(relation);
  chunk::fresh_partition_descriptor(relation);
  table_close(relation, NoLock);
}

bool prepare(Node* node, void* context) {
  if (node == nullptr) return false;
  if (!IsA(node, Query)) {
    return pg::walk_expression(node, prepare, context);
  }
  auto* query = castNode(Query, node);
  int index = 0;
  ListCell* cell;
  foreach (cell, query->rtable) {
    const auto* entry = lfirst_node(RangeTblEntry, cell);
    ++index;
    if (!is_hypertable(*entry)) continue;
    const bool is_target = index == query->resultRelation;
    refresh_descriptor(*entry, !is_target || query->commandType != CMD_INSERT);
    if (is_target) dml::route_targets(*query, entry->relid);
  }
  continuous_aggregate::track_changes(*query);
  continuous_aggregate::fold_watermarks(*query);
  add_implied_bounds(*query, static_cast<ParamListInfo>(context));
  replace_extremes(*query);
  plan_stepwise(*query);
  return pg::walk_query(query, prepare, context);
}

}  // namespace

HypertableUse hypertable_use(Query& query) {
  HypertableUse use = {false, false};
  find_use(reinterpret_cast<Node*>(&query), &use);
  return use;
}

void prepare_query(Query& query, ParamListInfo parameters) {
  prepare(reinterpret_cast<Node*>(&query), parameters);
}

}  // namespace varve::planner
