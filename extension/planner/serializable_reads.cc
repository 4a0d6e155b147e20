#include "extension/planner/serializable_reads.h"

#include "extension/catalog/hypertable_cache.h"
#include "extension/chunk/serializable.h"

#include "extension/pg/boundary.h"
extern "C" {
#include <access/parallel.h>
#include <access/table.h>
#include <access/xact.h>
#include <catalog/pg_class.h>
#include <nodes/parsenodes.h>
}

namespace varve::planner {

void note_serializable_reads(const PlannedStmt& plan) {
  if (!IsolationIsSerializable() || IsParallelWorker()) return;
  int index = 0;
  ListCell* cell;
  foreach (cell, plan.rtable) {
    const auto* entry = lfirst_node(RangeTblEntry, cell);
    ++index;
    if (entry->rtekind != RTE_RELATION || entry->relkind != RELKIND_PARTITIONED_TABLE) continue;
    // The target of INSERT is not read. UPDATE, DELETE and MERGE have chunks among these instead.
    if (list_member_int(plan.resultRelations, index)) continue;
    if (pg::entry([&] { return catalog::cached_hypertable(entry->relid); }) == nullptr) continue;
    Relation relation = table_open(entry->relid, entry->rellockmode);
    chunk::before_reading(relation);
    table_close(relation, NoLock);
  }
}

}  // namespace varve::planner
