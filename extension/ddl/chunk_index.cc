#include "extension/ddl/chunk_index.h"

#include "extension/ddl/parent_index.h"

#include "extension/pg/attribute_map.h"
extern "C" {
#include <access/genam.h>
#include <access/table.h>
#include <access/xact.h>
#include <catalog/dependency.h>
#include <catalog/index.h>
#include <catalog/partition.h>
#include <catalog/pg_class.h>
#include <catalog/pg_constraint.h>
#include <catalog/pg_inherits.h>
#include <commands/defrem.h>
#include <storage/lmgr.h>
#include <utils/lsyscache.h>
#include <utils/snapmgr.h>
#include <utils/syscache.h>
}

namespace varve::ddl {
namespace {

bool exists(Oid relation) { return SearchSysCacheExists1(RELOID, ObjectIdGetDatum(relation)); }

/// The part of `root_index` that the parent of `partition` has.
Oid index_above(Oid partition, Oid root_index) {
  const Oid parent = get_partition_parent(partition, true);
  if (parent == IndexGetRelation(root_index, false)) return root_index;
  Relation slice = table_open(parent, AccessShareLock);
  const Oid index = index_get_partition(slice, index_above(parent, root_index));
  table_close(slice, NoLock);
  return index;
}

/// Locks the partition against other changes of its indexes. False where it has gone, or cannot
/// have any.
bool lock_partition(Oid partition, Build mode) {
  LockRelationOid(partition, mode == Build::kConcurrent ? ShareUpdateExclusiveLock : ShareLock);
  if (!exists(partition) || !get_rel_relispartition(partition)) return false;
  const char kind = get_rel_relkind(partition);
  return kind == RELKIND_RELATION || kind == RELKIND_PARTITIONED_TABLE;
}

bool is_alike(Relation index, Relation parent_index, AttrMap* numbers) {
  return CompareIndexInfo(BuildIndexInfo(index), BuildIndexInfo(parent_index),
                          index->rd_indcollation, parent_index->rd_indcollation, index->rd_opfamily,
                          parent_index->rd_opfamily, numbers);
}

/// Makes a valid index that the chunk has of its own its part of the index, if one is like it.
bool adopt(Relation chunk, Relation parent_index) {
  Relation parent = table_open(parent_index->rd_index->indrelid, AccessShareLock);
  AttrMap* numbers = pg::attribute_map(RelationGetDescr(chunk), RelationGetDescr(parent));
  table_close(parent, NoLock);
  bool adopted = false;
  ListCell* cell;
  foreach (cell, RelationGetIndexList(chunk)) {
    Relation index = index_open(lfirst_oid(cell), ShareUpdateExclusiveLock);
    adopted = index->rd_index->indisvalid && !index->rd_rel->relispartition &&
              is_alike(index, parent_index, numbers);
    if (adopted) IndexSetParentIndex(index, RelationGetRelid(parent_index));
    index_close(index, NoLock);
    if (adopted) break;
  }
  return adopted;
}

/// The right to create in the schema of chunks is nobody's, so it is not asked for: that the table
/// is the user's own has been seen.
void build(Oid chunk, IndexStmt* statement, Oid parent_index, Oid parent_constraint) {
  DefineIndex(chunk, statement, InvalidOid, parent_index, parent_constraint, false, false, true,
              false, true);
}

/// What ensure_chunk_index() found to do.
struct Task {
  enum class Kind { kNone, kRemove, kBuild, kDone } kind;
  Oid leftover;          // kRemove
  IndexStmt* statement;  // kBuild
};

Task task_of(Relation chunk, Oid parent_index_oid) {
  const Oid present = index_get_partition(chunk, parent_index_oid);
  if (OidIsValid(present)) {
    if (get_index_isvalid(present) || chunk->rd_rel->relkind == RELKIND_PARTITIONED_TABLE) {
      return {Task::Kind::kNone, InvalidOid, nullptr};
    }
    return {Task::Kind::kRemove, present, nullptr};
  }
  Relation parent_index = index_open(parent_index_oid, AccessShareLock);
  Task task = {Task::Kind::kDone, InvalidOid, nullptr};
  if (chunk->rd_rel->relkind == RELKIND_PARTITIONED_TABLE) {
    define_slice_index(chunk, parent_index);
  } else if (!adopt(chunk, parent_index)) {
    task = {Task::Kind::kBuild, InvalidOid, clone_of(parent_index, chunk)};
  }
  index_close(parent_index, NoLock);
  return task;
}

/// Lets the index be dropped without its parent, and still with it. PostgreSQL cannot do that to an
/// index that is attached.
void loosen(Oid index) {
  const Oid parent = get_partition_parent(index, true);
  deleteDependencyRecordsForSpecific(RelationRelationId, index, DEPENDENCY_PARTITION_PRI,
                                     RelationRelationId, parent);
  deleteDependencyRecordsForSpecific(RelationRelationId, index, DEPENDENCY_PARTITION_SEC,
                                     RelationRelationId, IndexGetRelation(index, false));
  deleteDependencyRecordsForSpecific(RelationRelationId, index, DEPENDENCY_AUTO, RelationRelationId,
                                     parent);  // of an earlier attempt
  ObjectAddress child;
  ObjectAddress up;
  ObjectAddressSet(child, RelationRelationId, index);
  ObjectAddressSet(up, RelationRelationId, parent);
  recordDependencyOn(&child, &up, DEPENDENCY_AUTO);
  CommandCounterIncrement();
}

/// Locks the table of the index; false where the index has gone.
bool lock_table_of(Oid index) {
  const Oid table = IndexGetRelation(index, true);
  if (!OidIsValid(table)) return false;
  LockRelationOid(table, ShareUpdateExclusiveLock);
  return exists(index) && get_rel_relispartition(index);
}

}  // namespace

void add_index_parts(Oid table, Oid index) {
  const Oid constraint = get_relation_idx_constraint_oid(table, index);
  Relation parent_index = index_open(index, AccessShareLock);
  ListCell* cell;
  foreach (cell, find_inheritance_children(table, ShareLock)) {
    Relation chunk = table_open(lfirst_oid(cell), NoLock);
    const bool has_part = OidIsValid(index_get_partition(chunk, index)) ||
                          (!OidIsValid(constraint) && adopt(chunk, parent_index));
    IndexStmt* statement = has_part ? nullptr : clone_of(parent_index, chunk);
    table_close(chunk, NoLock);
    if (statement != nullptr) build(lfirst_oid(cell), statement, index, constraint);
    CommandCounterIncrement();
  }
  index_close(parent_index, NoLock);
  mark_parent_index(table, index, true, true);
}

void next_transaction() {
  if (ActiveSnapshotSet()) PopActiveSnapshot();
  CommitTransactionCommand();
  StartTransactionCommand();
}

void perform_drop(Oid index, int flags) {
  ObjectAddress address;
  ObjectAddressSet(address, RelationRelationId, index);
  // It may commit in the middle, and goes on with what it was given.
  MemoryContext transaction = MemoryContextSwitchTo(PortalContext);
  ObjectAddresses* one = new_object_addresses();
  add_exact_object_address(&address, one);
  performMultipleDeletions(one, DROP_RESTRICT, flags);  // performDeletion() locks too much
  MemoryContextSwitchTo((flags & PERFORM_DELETION_CONCURRENTLY) != 0 ? CurTransactionContext
                                                                     : transaction);
}

bool ensure_chunk_index(Oid partition, Oid root_index, Build mode) {
  for (;;) {
    PushActiveSnapshot(GetTransactionSnapshot());
    if (!lock_partition(partition, mode)) break;
    const Oid parent_index = index_above(partition, root_index);
    Relation chunk = table_open(partition, NoLock);
    const Task task = task_of(chunk, parent_index);
    table_close(chunk, NoLock);
    if (task.kind == Task::Kind::kNone) break;
    if (task.kind == Task::Kind::kBuild) {
      task.statement->concurrent = mode == Build::kConcurrent;
      build(partition, task.statement, parent_index, InvalidOid);
    }
    next_transaction();
    if (task.kind != Task::Kind::kRemove) return true;
    drop_chunk_index(task.leftover);
  }
  next_transaction();
  return false;
}

void drop_chunk_index(Oid index) {
  PushActiveSnapshot(GetTransactionSnapshot());
  const bool is_there = lock_table_of(index);
  const bool is_partitioned = is_there && get_rel_relkind(index) == RELKIND_PARTITIONED_INDEX;
  if (is_there) loosen(index);
  next_transaction();
  if (!is_there) return;
  if (is_partitioned) {
    MemoryContext work = MemoryContextSwitchTo(PortalContext);
    List* parts = find_inheritance_children(index, NoLock);
    MemoryContextSwitchTo(work);
    ListCell* cell;
    foreach (cell, parts) drop_chunk_index(lfirst_oid(cell));
  }
  PushActiveSnapshot(GetTransactionSnapshot());
  if (lock_table_of(index)) {
    perform_drop(index,
                 is_partitioned ? PERFORM_DELETION_CONCURRENT_LOCK : PERFORM_DELETION_CONCURRENTLY);
  }
  next_transaction();
}

}  // namespace varve::ddl
