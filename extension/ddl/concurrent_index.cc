#include "extension/ddl/concurrent_index.h"

#include "extension/ddl/dispatch.h"
#include "extension/ddl/named_hypertable.h"
#include "extension/ddl/parent_index.h"

extern "C" {
#include <access/genam.h>
#include <access/htup_details.h>
#include <access/table.h>
#include <access/xact.h>
#include <catalog/dependency.h>
#include <catalog/index.h>
#include <catalog/indexing.h>
#include <catalog/namespace.h>
#include <catalog/objectaddress.h>
#include <catalog/pg_class.h>
#include <catalog/pg_constraint.h>
#include <catalog/pg_depend.h>
#include <catalog/pg_inherits.h>
#include <commands/event_trigger.h>
#include <commands/progress.h>
#include <commands/tablecmds.h>
#include <miscadmin.h>
#include <nodes/makefuncs.h>
#include <parser/parse_utilcmd.h>
#include <storage/lmgr.h>
#include <utils/acl.h>
#include <utils/backend_progress.h>
#include <utils/fmgroids.h>
#include <utils/lsyscache.h>
#include <utils/rel.h>
#include <utils/snapmgr.h>
#include <utils/syscache.h>
}

namespace varve::ddl {
namespace {

/// Locks that outlive transactions: the hypertable cannot be dropped or altered, and no other
/// session works on the index. A stronger lock on the hypertable would stop its first chunk from
/// being made, by a transaction that we wait for.
class SessionLocks {
 public:
  SessionLocks(Oid table, Oid index) : table_{table, MyDatabaseId}, index_{index, MyDatabaseId} {
    LockRelationIdForSession(&table_, AccessShareLock);
    LockRelationIdForSession(&index_, ShareUpdateExclusiveLock);
  }
  void release() {
    UnlockRelationIdForSession(&index_, ShareUpdateExclusiveLock);
    UnlockRelationIdForSession(&table_, AccessShareLock);
  }

 private:
  LockRelId table_;
  LockRelId index_;
};

/// Whoever waits here would hold up others behind its lock on the table.
void lock_index(Oid index) {
  if (ConditionalLockRelationOid(index, ShareUpdateExclusiveLock)) return;
  ereport(ERROR, (errcode(ERRCODE_OBJECT_IN_USE),
                  errmsg("another session works on index \"%s\"", get_rel_name(index))));
}

/// Whoever had the table open before our last commit may not know what it changed.
void wait_for_writers(Oid table) {
  LOCKTAG tag;
  SET_LOCKTAG_RELATION(tag, MyDatabaseId, table);
  WaitForLockers(tag, ShareLock, true);
}

/// In a memory context that outlives transactions.
List* descendants(Oid relation) {
  MemoryContext work = MemoryContextSwitchTo(PortalContext);
  List* all = list_delete_first(find_all_inheritors(relation, NoLock, nullptr));
  MemoryContextSwitchTo(work);
  return all;
}

/// Does the last part of a command within what event triggers expect around one, and lets those of
/// ddl_command_end and sql_drop see it.
template <class Work>
void as_command(Node* statement, const Work& work) {
  PushActiveSnapshot(GetTransactionSnapshot());
  const bool opened = EventTriggerBeginCompleteQuery();
  PG_TRY();
  {
    work();
    EventTriggerSQLDrop(statement);
    EventTriggerDDLCommandEnd(statement);
  }
  PG_FINALLY();
  {
    if (opened) EventTriggerEndCompleteQuery();
  }
  PG_END_TRY();
  next_transaction();
}

// --- CREATE INDEX

/// pg_stat_progress_create_index counts chunks as the partitions of the hypertable. Each chunk's
/// build ends the report, so it is begun anew for the next.
void report_progress(Oid table, Oid index, Build build, int total, int done) {
  pgstat_progress_start_command(PROGRESS_COMMAND_CREATE_INDEX, table);
  const int columns[] = {PROGRESS_CREATEIDX_COMMAND, PROGRESS_CREATEIDX_INDEX_OID,
                         PROGRESS_CREATEIDX_PARTITIONS_TOTAL, PROGRESS_CREATEIDX_PARTITIONS_DONE};
  const int64 values[] = {build == Build::kConcurrent
                              ? PROGRESS_CREATEIDX_COMMAND_CREATE_CONCURRENTLY
                              : PROGRESS_CREATEIDX_COMMAND_CREATE,
                          index, total, done};
  pgstat_progress_update_multi_param(lengthof(columns), columns, values);
}

/// Partitions of partitions come after their parents, as find_all_inheritors() lists them; chunks
/// from the newest to the oldest, since that is the order in which queries miss the index.
List* work_list(List* partitions) {
  List* slices = NIL;
  List* chunks = NIL;
  MemoryContext work = MemoryContextSwitchTo(PortalContext);
  ListCell* cell;
  foreach (cell, partitions) {
    const Oid partition = lfirst_oid(cell);
    if (get_rel_relkind(partition) == RELKIND_PARTITIONED_TABLE) {
      slices = lappend_oid(slices, partition);
    } else {
      chunks = lcons_oid(partition, chunks);
    }
  }
  List* all = list_concat(slices, chunks);
  MemoryContextSwitchTo(work);
  return all;
}

/// Once over all chunks; false where none needed anything.
bool build_on_chunks(Oid table, Oid index, Build build) {
  List* partitions = work_list(descendants(table));
  bool any = false;
  for (int i = 0; i < list_length(partitions); ++i) {
    report_progress(table, index, build, list_length(partitions), i);
    CHECK_FOR_INTERRUPTS();
    any = ensure_chunk_index(list_nth_oid(partitions, i), index, build) || any;
  }
  return any;
}

/// All parts are valid: says so of the parts that slices have, and then of the whole.
void mark_complete(Oid table, Oid index) {
  ListCell* cell;
  foreach (cell, descendants(index)) {
    const Oid part = lfirst_oid(cell);
    if (get_rel_relkind(part) != RELKIND_PARTITIONED_INDEX) continue;
    mark_parent_index(IndexGetRelation(part, false), part, true, true);
  }
  mark_parent_index(table, index, true, true);
}

void build_everywhere(Oid table, Oid index, Build build, Node* statement) {
  SessionLocks locks(table, index);
  next_transaction();
  report_progress(table, index, build, 0, 0);
  pgstat_progress_update_param(PROGRESS_CREATEIDX_PHASE, PROGRESS_CREATEIDX_PHASE_WAIT_1);
  // Transactions that are making chunks without the index: they end, and we see their chunks.
  wait_for_writers(table);
  while (build_on_chunks(table, index, build)) {
  }
  as_command(statement, [&] {
    mark_complete(table, index);
    ObjectAddress address;
    ObjectAddressSet(address, RelationRelationId, index);
    EventTriggerCollectSimpleCommand(address, InvalidObjectAddress, statement);
  });
  pgstat_progress_end_command();
  locks.release();
}

Oid begin_index(const IndexStmt* statement, const char* text, Oid* table) {
  *table = RangeVarGetRelidExtended(statement->relation, ShareUpdateExclusiveLock, 0,
                                    RangeVarCallbackOwnsRelation, nullptr);
  const IndexStmt* transformed =
      transformIndexStmt(*table, castNode(IndexStmt, copyObjectImpl(statement)), text);
  Relation relation = table_open(*table, NoLock);
  const Oid index = define_parent_index(relation, transformed);
  table_close(relation, NoLock);
  if (OidIsValid(index)) lock_index(index);
  return index;
}

// --- DROP INDEX

/// The partitioned index of a hypertable that the statement names alone, or InvalidOid.
Oid dropped_index(const DropStmt* statement) {
  if (statement->removeType != OBJECT_INDEX || !statement->concurrent ||
      list_length(statement->objects) != 1 || statement->behavior == DROP_CASCADE) {
    return InvalidOid;
  }
  const RangeVar* name = makeRangeVarFromNameList(linitial_node(List, statement->objects));
  const Oid index = RangeVarGetRelid(name, NoLock, true);
  if (!OidIsValid(index) || get_rel_relkind(index) != RELKIND_PARTITIONED_INDEX) return InvalidOid;
  return is_hypertable(IndexGetRelation(index, false)) ? index : InvalidOid;
}

void check_owner(Oid index) {
  if (pg_class_ownercheck(index, GetUserId()) ||
      pg_namespace_ownercheck(get_rel_namespace(index), GetUserId())) {
    return;
  }
  aclcheck_error(ACLCHECK_NOT_OWNER, OBJECT_INDEX, get_rel_name(index));
}

[[noreturn]] void report_needed(Oid index, const ObjectAddress& by) {
  ObjectAddress address;
  ObjectAddressSet(address, RelationRelationId, index);
  ereport(ERROR, (errcode(ERRCODE_DEPENDENT_OBJECTS_STILL_EXIST),
                  errmsg("cannot drop %s because %s requires it",
                         getObjectDescription(&address, false), getObjectDescription(&by, false))));
  pg_unreachable();
}

/// Reports what would not survive the index: its constraint, or what else depends on it, but for
/// its own parts.
void check_dependents(Oid index) {
  ObjectAddress constraint;
  ObjectAddressSet(constraint, ConstraintRelationId, get_index_constraint(index));
  if (OidIsValid(constraint.objectId)) report_needed(index, constraint);

  ScanKeyData keys[2];
  ScanKeyInit(&keys[0], Anum_pg_depend_refclassid, BTEqualStrategyNumber, F_OIDEQ,
              ObjectIdGetDatum(RelationRelationId));
  ScanKeyInit(&keys[1], Anum_pg_depend_refobjid, BTEqualStrategyNumber, F_OIDEQ,
              ObjectIdGetDatum(index));
  Relation table = table_open(DependRelationId, AccessShareLock);
  SysScanDesc scan = systable_beginscan(table, DependReferenceIndexId, true, nullptr, 2, keys);
  for (HeapTuple tuple; HeapTupleIsValid(tuple = systable_getnext(scan));) {
    const auto* row = reinterpret_cast<Form_pg_depend>(GETSTRUCT(tuple));
    if (row->deptype != DEPENDENCY_NORMAL) continue;
    ObjectAddress dependent;
    ObjectAddressSubSet(dependent, row->classid, row->objid, row->objsubid);
    report_needed(index, dependent);
  }
  systable_endscan(scan);
  table_close(table, AccessShareLock);
}

/// Chunks that are made from now on go without the index, and no query uses it.
Oid retire_index(Oid index) {
  const Oid table = IndexGetRelation(index, false);
  LockRelationOid(table, ShareUpdateExclusiveLock);
  if (!SearchSysCacheExists1(RELOID, ObjectIdGetDatum(index))) return InvalidOid;
  check_owner(index);
  check_dependents(index);
  lock_index(index);
  mark_parent_index(table, index, false, false);
  return table;
}

void drop_everywhere(Oid table, Oid index, Node* statement) {
  SessionLocks locks(table, index);
  next_transaction();
  // Transactions that are making chunks with the index: they end, and we see its parts.
  wait_for_writers(table);
  ListCell* cell;
  MemoryContext work = MemoryContextSwitchTo(PortalContext);
  List* parts = find_inheritance_children(index, NoLock);
  MemoryContextSwitchTo(work);
  foreach (cell, parts) {
    CHECK_FOR_INTERRUPTS();
    drop_chunk_index(lfirst_oid(cell));
  }
  as_command(statement, [&] { perform_drop(index, PERFORM_DELETION_CONCURRENT_LOCK); });
  locks.release();
}

void drop_index(Utility& utility) {
  const Oid index = dropped_index(castNode(DropStmt, utility.statement()));
  if (!OidIsValid(index)) return utility.proceed();
  PreventInTransactionBlock(utility.context == PROCESS_UTILITY_TOPLEVEL, "DROP INDEX CONCURRENTLY");
  utility.require_writable();
  const Oid table = retire_index(index);
  if (!OidIsValid(table)) return utility.proceed();  // dropped meanwhile, as PostgreSQL will say
  EventTriggerDDLCommandStart(utility.statement());
  drop_everywhere(table, index, utility.statement());
}

}  // namespace

void create_index_by_chunk(const Utility& utility, const IndexStmt* statement, Build build) {
  PreventInTransactionBlock(utility.context == PROCESS_UTILITY_TOPLEVEL,
                            build == Build::kConcurrent
                                ? "CREATE INDEX CONCURRENTLY"
                                : "CREATE INDEX ... WITH (timescaledb.transaction_per_chunk)");
  utility.require_writable();
  EventTriggerDDLCommandStart(utility.statement());
  Oid table = InvalidOid;
  const Oid index = begin_index(statement, utility.text, &table);
  if (!OidIsValid(index) || !statement->relation->inh) return;
  build_everywhere(table, index, build, utility.statement());
}

void install_concurrent_index() { on_statement(T_DropStmt, drop_index); }

}  // namespace varve::ddl
