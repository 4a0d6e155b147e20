#include "extension/planner/descriptor_check.h"

#include "extension/catalog/hypertable_cache.h"
#include "extension/chunk/partition_descriptor.h"

#include "extension/pg/boundary.h"
extern "C" {
#include <access/table.h>
#include <catalog/pg_class.h>
#include <nodes/parsenodes.h>
}

namespace varve::planner {
namespace {

/// Calls `visit` for every hypertable in the range table, until it returns false.
template <class Visit>
bool all_hypertables(const PlannedStmt& plan, Visit&& visit) {
  ListCell* cell;
  foreach (cell, plan.rtable) {
    const auto* entry = lfirst_node(RangeTblEntry, cell);
    if (entry->rtekind != RTE_RELATION || entry->relkind != RELKIND_PARTITIONED_TABLE) continue;
    if (pg::entry([&] { return catalog::cached_hypertable(entry->relid); }) == nullptr) continue;
    if (!visit(*entry)) return false;
  }
  return true;
}

}  // namespace

void refresh_descriptors(const PlannedStmt& plan) {
  all_hypertables(plan, [](const RangeTblEntry& entry) {
    if (chunk::partition_descriptor_is_fresh(entry.relid)) return true;
    Relation relation = table_open(entry.relid, entry.rellockmode);
    chunk::fresh_partition_descriptor(relation);
    table_close(relation, NoLock);
    return true;
  });
}

bool descriptors_are_current(const PlannedStmt& plan) {
  return all_hypertables(plan, [](const RangeTblEntry& entry) {
    return chunk::partition_descriptor_is_fresh(entry.relid);
  });
}

}  // namespace varve::planner
