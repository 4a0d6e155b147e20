// clone_indexes(): the chunk's part of every index.
#include <algorithm>
#include <iterator>
#include <numeric>

#include "extension/chunk/attach.h"
#include "extension/chunk/parent_mark.h"

extern "C" {
#include <access/attmap.h>
#include <access/genam.h>
#include <access/htup_details.h>
#include <access/table.h>
#include <access/xact.h>
#include <catalog/dependency.h>
#include <catalog/indexing.h>
#include <catalog/pg_class.h>
#include <catalog/pg_inherits.h>
#include <commands/cluster.h>
#include <commands/defrem.h>
#include <commands/tablespace.h>
#include <miscadmin.h>
#include <parser/parse_utilcmd.h>
#include <utils/backend_progress.h>
#include <utils/backend_status.h>
#include <utils/relcache.h>
#include <utils/syscache.h>
}

namespace varve::chunk {
namespace {

void set_is_partition(Oid index) {
  Relation table = table_open(RelationRelationId, RowExclusiveLock);
  HeapTuple tuple = SearchSysCacheCopy1(RELOID, ObjectIdGetDatum(index));
  if (!HeapTupleIsValid(tuple)) elog(ERROR, "cache lookup failed for index %u", index);
  reinterpret_cast<Form_pg_class>(GETSTRUCT(tuple))->relispartition = true;
  CatalogTupleUpdate(table, &tuple->t_self, tuple);
  table_close(table, RowExclusiveLock);
}

/// IndexSetParentIndex() without its ShareUpdateExclusiveLock on the parent index, which would keep
/// every other session from making a chunk until this one commits.
void link_index(Oid index, Oid parent, Oid chunk) {
  mark_as_parent(parent);
  StoreSingleInheritance(index, parent, 1);
  set_is_partition(index);
  ObjectAddress child;
  ObjectAddress up;
  ObjectAddress table;
  ObjectAddressSet(child, RelationRelationId, index);
  ObjectAddressSet(up, RelationRelationId, parent);
  ObjectAddressSet(table, RelationRelationId, chunk);
  recordDependencyOn(&child, &up, DEPENDENCY_PARTITION_PRI);
  recordDependencyOn(&child, &table, DEPENDENCY_PARTITION_SEC);
  CommandCounterIncrement();
}

void clone_index(Relation parent_index, Relation chunk, const AttrMap* numbers) {
  Oid constraint = InvalidOid;
  IndexStmt* definition = generateClonedIndexStmt(nullptr, parent_index, numbers, &constraint);
  // As for the table itself: not where default_tablespace of this session points.
  // PostgreSQL wants no name for the database's own where the index has no files.
  if (definition->tableSpace == nullptr && chunk->rd_rel->relkind == RELKIND_RELATION) {
    definition->tableSpace = get_tablespace_name(MyDatabaseTableSpace);
  }
  const Oid index = DefineIndex(RelationGetRelid(chunk), definition, InvalidOid, InvalidOid,
                                constraint, true, false, false, false, false)
                        .objectId;
  CommandCounterIncrement();
  link_index(index, RelationGetRelid(parent_index), RelationGetRelid(chunk));
  if (parent_index->rd_index->indisclustered) mark_index_clustered(chunk, index, false);
}

/// What pg_stat_progress_copy shows of the COPY that needs the chunk: DefineIndex() reports
/// progress of its own in the same place, and ends it.
struct Progress {
  ProgressCommandType command;
  Oid target;
  int64 values[PGSTAT_NUM_PROGRESS_PARAM];
};

Progress progress_now() {
  Progress progress = {PROGRESS_COMMAND_INVALID, InvalidOid, {}};
  if (MyBEEntry == nullptr) return progress;
  progress.command = MyBEEntry->st_progress_command;
  progress.target = MyBEEntry->st_progress_command_target;
  std::copy(std::begin(MyBEEntry->st_progress_param), std::end(MyBEEntry->st_progress_param),
            progress.values);
  return progress;
}

void show_again(const Progress& progress) {
  if (progress.command == PROGRESS_COMMAND_INVALID) return;
  int positions[PGSTAT_NUM_PROGRESS_PARAM];
  std::iota(std::begin(positions), std::end(positions), 0);
  pgstat_progress_start_command(progress.command, progress.target);
  pgstat_progress_update_multi_param(PGSTAT_NUM_PROGRESS_PARAM, positions, progress.values);
}

}  // namespace

void clone_indexes(Relation parent, Relation chunk) {
  const AttrMap* numbers = build_attrmap_by_name(RelationGetDescr(chunk), RelationGetDescr(parent));
  const Progress progress = progress_now();
  List* indexes = RelationGetIndexList(parent);
  ListCell* cell;
  foreach (cell, indexes) {
    Relation index = index_open(lfirst_oid(cell), AccessShareLock);
    // An index that is only on the parent has no part in its partitions.
    if (index->rd_rel->relkind == RELKIND_PARTITIONED_INDEX) clone_index(index, chunk, numbers);
    index_close(index, NoLock);
  }
  show_again(progress);
  CommandCounterIncrement();
}

}  // namespace varve::chunk
