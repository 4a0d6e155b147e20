#include "extension/chunk/maintain/rewrite.h"

#include <utility>

extern "C" {
#include <access/genam.h>
#include <access/htup_details.h>
#include <access/relation.h>
#include <access/table.h>
#include <access/tableam.h>
#include <access/toast_internals.h>
#include <access/xact.h>
#include <catalog/dependency.h>
#include <catalog/heap.h>
#include <catalog/indexing.h>
#include <catalog/pg_am.h>
#include <catalog/pg_class.h>
#include <commands/cluster.h>
#include <commands/tablecmds.h>
#include <miscadmin.h>
#include <optimizer/optimizer.h>
#include <storage/bufmgr.h>
#include <storage/lmgr.h>
#include <storage/predicate.h>
#include <utils/guc.h>
#include <utils/inval.h>
#include <utils/relcache.h>
#include <utils/syscache.h>
}

namespace varve::chunk {
namespace {

HeapTuple class_row(Oid relation) {
  HeapTuple tuple = SearchSysCacheCopy1(RELOID, ObjectIdGetDatum(relation));
  if (!HeapTupleIsValid(tuple)) elog(ERROR, "cache lookup failed for relation %u", relation);
  return tuple;
}

Form_pg_class form_of(HeapTuple tuple) { return reinterpret_cast<Form_pg_class>(GETSTRUCT(tuple)); }

/// Exchanges what two rows of pg_class say of files.
void swap_rows(Form_pg_class a, Form_pg_class b) {
  std::swap(a->relfilenode, b->relfilenode);
  std::swap(a->reltablespace, b->reltablespace);
  std::swap(a->reltoastrelid, b->reltoastrelid);
  std::swap(a->relpages, b->relpages);
  std::swap(a->reltuples, b->reltuples);
  std::swap(a->relallvisible, b->relallvisible);
}

/// The relation cache knows which files are new in this transaction, for the sake of wal_level =
/// minimal.
void swap_memory_of_newness(Oid kept, Oid transient) {
  Relation a = relation_open(kept, NoLock);
  Relation b = relation_open(transient, NoLock);
  b->rd_createSubid = a->rd_createSubid;
  b->rd_newRelfilenodeSubid = a->rd_newRelfilenodeSubid;
  b->rd_firstRelfilenodeSubid = a->rd_firstRelfilenodeSubid;
  RelationAssumeNewRelfilenode(a);
  relation_close(a, NoLock);
  relation_close(b, NoLock);
}

/// Exchanges the files of two relations of the same kind; the TOAST tables follow by OID.
void swap_files(Oid kept, Oid transient, const pg::FreezeLimits* limits) {
  Relation table = table_open(RelationRelationId, RowExclusiveLock);
  HeapTuple a = class_row(kept);
  HeapTuple b = class_row(transient);
  swap_rows(form_of(a), form_of(b));
  if (limits != nullptr) {
    form_of(a)->relfrozenxid = limits->xid;
    form_of(a)->relminmxid = limits->multi;
  }
  CatalogTupleUpdate(table, &a->t_self, a);
  CatalogTupleUpdate(table, &b->t_self, b);
  table_close(table, RowExclusiveLock);
  swap_memory_of_newness(kept, transient);
  RelationCloseSmgrByOid(kept);
  RelationCloseSmgrByOid(transient);
}

Oid toast_of(Oid table) {
  HeapTuple tuple = SearchSysCache1(RELOID, ObjectIdGetDatum(table));
  const Oid toast = form_of(tuple)->reltoastrelid;
  ReleaseSysCache(tuple);
  return toast;
}

void depend_on_table(Oid toast, Oid table) {
  if (!OidIsValid(toast)) return;
  deleteDependencyRecordsFor(RelationRelationId, toast, false);
  ObjectAddress child;
  ObjectAddress base;
  ObjectAddressSet(child, RelationRelationId, toast);
  ObjectAddressSet(base, RelationRelationId, table);
  recordDependencyOn(&child, &base, DEPENDENCY_INTERNAL);
}

/// A TOAST table is called after its table.
void rename_toast(Oid toast, Oid table) {
  if (!OidIsValid(toast)) return;
  char name[NAMEDATALEN];
  const Oid index = toast_get_valid_index(toast, AccessShareLock);
  snprintf(name, sizeof name, "pg_toast_%u", table);
  RenameRelationInternal(toast, name, true, false);
  snprintf(name, sizeof name, "pg_toast_%u_index", table);
  RenameRelationInternal(index, name, true, true);
  CommandCounterIncrement();
  ResetRelRewrite(toast);
}

/// Rows move: predicate locks of serializable transactions become those of the whole table.
void keep_predicate_locks(Oid chunk, const List* indexes) {
  Relation table = table_open(chunk, NoLock);
  TransferPredicateLocksToHeapRelation(table);
  table_close(table, NoLock);
  ListCell* cell;
  foreach (cell, indexes) {
    Relation index = index_open(lfirst_oid(cell), AccessExclusiveLock);
    TransferPredicateLocksToHeapRelation(index);
    index_close(index, NoLock);
  }
}

void drop_transient(Oid transient) {
  ObjectAddress address;
  ObjectAddressSet(address, RelationRelationId, transient);
  performDeletion(&address, DROP_RESTRICT, PERFORM_DELETION_INTERNAL);
  CommandCounterIncrement();
}

}  // namespace

RestrictedUser become_owner(Relation table) {
  RestrictedUser before = {};
  GetUserIdAndSecContext(&before.user, &before.context);
  SetUserIdAndSecContext(table->rd_rel->relowner, before.context | SECURITY_RESTRICTED_OPERATION);
  before.settings = NewGUCNestLevel();
  return before;
}

void become_again(const RestrictedUser& before) {
  AtEOXact_GUC(false, before.settings);
  SetUserIdAndSecContext(before.user, before.context);
}

void expect_foreign_snapshots(Oid table) {
  // Now it looks like an old table with a new file; GlobalVisHorizonKindForRel() asks no more.
  Relation relation = table_open(table, NoLock);
  relation->rd_createSubid = InvalidSubTransactionId;
  RelationAssumeNewRelfilenode(relation);
  table_close(relation, NoLock);
}

void set_age(Oid toast, const pg::FreezeLimits& limits) {
  if (!OidIsValid(toast)) return;
  Relation table = table_open(RelationRelationId, RowExclusiveLock);
  HeapTuple tuple = class_row(toast);
  form_of(tuple)->relfrozenxid = limits.xid;
  form_of(tuple)->relminmxid = limits.multi;
  CatalogTupleUpdate(table, &tuple->t_self, tuple);
  table_close(table, RowExclusiveLock);
  CommandCounterIncrement();
}

void keep_values(Relation table) {
  const Oid toast = table->rd_rel->reltoastrelid;
  if (OidIsValid(toast)) LockRelationOid(toast, ShareUpdateExclusiveLock);
}

Rewrite begin_rewrite(Relation chunk, Placement placement, Oid access_method) {
  const Oid oid = RelationGetRelid(chunk);
  if (!OidIsValid(access_method)) access_method = chunk->rd_rel->relam;
  const Oid transient = make_new_heap(oid, placement.table, access_method,
                                      chunk->rd_rel->relpersistence, ShareUpdateExclusiveLock);
  expect_foreign_snapshots(transient);
  keep_values(chunk);
  return {oid, transient, pg::freeze_limits(chunk), placement, NIL, NIL};
}

double copy_rows(const Rewrite& rewrite, Relation chunk, Oid index) {
  Relation target = table_open(rewrite.transient, AccessExclusiveLock);
  Relation order = OidIsValid(index) ? index_open(index, AccessShareLock) : nullptr;
  const bool use_sort = order != nullptr && order->rd_rel->relam == BTREE_AM_OID &&
                        plan_cluster_use_sort(rewrite.chunk, index);
  TransactionId xid = rewrite.limits.xid;
  MultiXactId multi = rewrite.limits.multi;
  double rows = 0;
  double dead = 0;
  double recently_dead = 0;
  table_relation_copy_for_cluster(chunk, target, order, use_sort, rewrite.limits.oldest, &xid,
                                  &multi, &rows, &dead, &recently_dead);
  if (order != nullptr) index_close(order, NoLock);
  table_close(target, NoLock);
  return rows - recently_dead;
}

void abandon_rewrite(const Rewrite& rewrite) { drop_transient(rewrite.transient); }

void finish_rewrite(const Rewrite& rewrite) {
  keep_predicate_locks(rewrite.chunk, rewrite.indexes);
  swap_files(rewrite.chunk, rewrite.transient, &rewrite.limits);
  ListCell* kept;
  ListCell* built;
  forboth(kept, rewrite.indexes, built, rewrite.new_indexes) {
    swap_files(lfirst_oid(kept), lfirst_oid(built), nullptr);
  }
  CommandCounterIncrement();
  const Oid toast = toast_of(rewrite.chunk);
  depend_on_table(toast, rewrite.chunk);
  depend_on_table(toast_of(rewrite.transient), rewrite.transient);
  CommandCounterIncrement();
  drop_transient(rewrite.transient);
  rename_toast(toast, rewrite.chunk);
  CommandCounterIncrement();
  set_age(toast, rewrite.limits);
  // The copies have all their columns, those added with a constant default included.
  Relation chunk = table_open(rewrite.chunk, NoLock);
  RelationClearMissing(chunk);
  table_close(chunk, NoLock);
  CommandCounterIncrement();
}

}  // namespace varve::chunk
