#include "extension/ddl/alter_chunks.h"

#include "extension/catalog/chunk_table.h"
#include "extension/catalog/hypertable_cache.h"
#include "extension/catalog/tablespace_table.h"
#include "extension/chunk/divided_slice.h"
#include "extension/chunk/row_security.h"
#include "extension/ddl/dispatch.h"
#include "extension/ddl/named_hypertable.h"

#include "extension/pg/alter_relation.h"
#include "extension/pg/boundary.h"
#include "extension/pg/sqlstate.h"
extern "C" {
#include <access/genam.h>
#include <access/htup_details.h>
#include <access/table.h>
#include <access/xact.h>
#include <catalog/index.h>
#include <catalog/indexing.h>
#include <catalog/namespace.h>
#include <catalog/partition.h>
#include <catalog/pg_class.h>
#include <catalog/pg_constraint.h>
#include <catalog/pg_inherits.h>
#include <commands/tablecmds.h>
#include <miscadmin.h>
#include <storage/lmgr.h>
#include <utils/acl.h>
#include <utils/fmgroids.h>
#include <utils/lsyscache.h>
#include <utils/rel.h>
#include <utils/relcache.h>
#include <utils/syscache.h>
}

namespace varve::ddl {
namespace {

/// What a command of ALTER TABLE takes besides PostgreSQL's work on the hypertable.
enum class Reach {
  kPostgres,  // nothing
  kNotOnly,   // PostgreSQL goes on to the chunks, unless told ONLY
  kChunks,    // the same command on every chunk
  kIdentity,  // the same with the chunk's index
  kOwner,     // the owner, without a right to create in the schema of chunks
  kStorage    // the same command, and the mark on the hypertable that PostgreSQL leaves
};

Reach reach_of(const AlterTableCmd* command) {
  switch (command->subtype) {
    case AT_ColumnDefault:
    case AT_SetStatistics:
    case AT_SetStorage: return Reach::kNotOnly;
    case AT_SetOptions:
    case AT_ResetOptions:
    case AT_SetCompression:
    case AT_EnableRowSecurity:
    case AT_DisableRowSecurity:
    case AT_ForceRowSecurity:
    case AT_NoForceRowSecurity:
    case AT_SetTableSpace: return Reach::kChunks;
    case AT_ReplicaIdentity: return Reach::kIdentity;
    case AT_ChangeOwner: return Reach::kOwner;
    case AT_SetLogged:
    case AT_SetUnLogged: return Reach::kStorage;
    default: return Reach::kPostgres;
  }
}

catalog::Hypertable hypertable_of(Oid table) {
  return pg::entry([&] { return *catalog::cached_hypertable(table); });
}

// --- What would go wrong

void check_command(Oid table, const AlterTableCmd* command) {
  if (command->subtype == AT_DropNotNull) {
    const catalog::Hypertable row = hypertable_of(table);
    if (strcmp(command->name, NameStr(row.column)) != 0) return;
    ereport(ERROR, (errcode(pg::kOperationNotSupported),
                    errmsg("column \"%s\" of hypertable \"%s\" must stay NOT NULL", command->name,
                           get_rel_name(table)),
                    errdetail("It is the primary dimension: a row without a value has no chunk.")));
  }
  if (command->subtype == AT_SetTableSpace &&
      catalog::TablespaceTable::of_hypertable(hypertable_of(table).id) != NIL) {
    ereport(ERROR, (errcode(ERRCODE_FEATURE_NOT_SUPPORTED),
                    errmsg("tablespaces are attached to hypertable \"%s\"", get_rel_name(table)),
                    errdetail("Chunks to come would be made there."),
                    errhint("Use detach_tablespaces() first.")));
  }
  if (command->subtype == AT_AddOf) {
    ereport(ERROR,
            (errcode(ERRCODE_FEATURE_NOT_SUPPORTED),
             errmsg("cannot change hypertable \"%s\" to a typed table", get_rel_name(table))));
  }
}

// --- Chunks

void set_persistence(Oid relation, char persistence) {
  Relation table = table_open(RelationRelationId, RowExclusiveLock);
  HeapTuple tuple = SearchSysCacheCopy1(RELOID, ObjectIdGetDatum(relation));
  if (!HeapTupleIsValid(tuple)) elog(ERROR, "cache lookup failed for relation %u", relation);
  reinterpret_cast<Form_pg_class>(GETSTRUCT(tuple))->relpersistence = persistence;
  CatalogTupleUpdate(table, &tuple->t_self, tuple);
  table_close(table, RowExclusiveLock);
}

/// The mark that chunks to come take over. PostgreSQL has no storage to change, and so leaves it.
void set_persistence_of_parent(Oid parent, const AlterTableCmd* command) {
  const char persistence =
      command->subtype == AT_SetLogged ? RELPERSISTENCE_PERMANENT : RELPERSISTENCE_UNLOGGED;
  Relation table = table_open(parent, NoLock);
  List* indexes = RelationGetIndexList(table);
  table_close(table, NoLock);
  set_persistence(parent, persistence);
  ListCell* cell;
  foreach (cell, indexes) {
    // Who changes a row of pg_class holds a lock that keeps in-place updates of it away.
    LockRelationOid(lfirst_oid(cell), AccessExclusiveLock);
    set_persistence(lfirst_oid(cell), persistence);
  }
  CommandCounterIncrement();
}

/// The command with the chunk's index in place of the hypertable's.
AlterTableCmd* identity_of(Oid parent, Oid chunk, AlterTableCmd* command) {
  auto* identity = castNode(ReplicaIdentityStmt, command->def);
  if (identity->identity_type != REPLICA_IDENTITY_INDEX) return command;
  const Oid index = get_relname_relid(identity->name, get_rel_namespace(parent));
  identity->name = get_rel_name(chunk::index_of_chunk(chunk, index));
  return command;
}

void alter_chunk(Oid parent, Oid chunk, const AlterTableCmd* original) {
  auto* command = castNode(AlterTableCmd, copyObjectImpl(original));
  switch (reach_of(command)) {
    case Reach::kPostgres:
    case Reach::kNotOnly: return;
    case Reach::kOwner:
      ATExecChangeOwner(chunk, get_rolespec_oid(command->newowner, false), true,
                        AccessExclusiveLock);
      break;
    case Reach::kIdentity: command = identity_of(parent, chunk, command); [[fallthrough]];
    case Reach::kChunks:
    case Reach::kStorage: pg::alter_relation(chunk, list_make1(command)); break;
  }
  CommandCounterIncrement();
}

/// Slices that are divided have no storage, but an owner and marks like their chunks.
void alter_slices(Oid parent, const AlterTableCmd* command) {
  if (command->subtype == AT_ClusterOn || command->subtype == AT_DropCluster) return;
  ListCell* cell;
  foreach (cell, chunk::divided_slices_of(parent)) {
    if (reach_of(command) == Reach::kStorage) {
      set_persistence_of_parent(lfirst_oid(cell), command);
    } else {
      alter_chunk(parent, lfirst_oid(cell), command);
    }
  }
}

void alter_chunks(Oid parent, const List* commands) {
  CommandCounterIncrement();
  const std::int32_t id = hypertable_of(parent).id;
  const auto chunks = pg::entry([&] { return catalog::ChunkTable::of_hypertable(id); });
  ListCell* cell;
  foreach (cell, commands) {
    const auto* command = lfirst_node(AlterTableCmd, cell);
    if (reach_of(command) == Reach::kStorage) set_persistence_of_parent(parent, command);
    for (std::size_t i = 0; i < chunks.count; ++i) {
      alter_chunk(parent, chunks.rows[i].relation, command);
    }
    if (hypertable_of(parent).space_partitions > 0) alter_slices(parent, command);
  }
}

/// A transaction that is making a chunk has taken from the hypertable what is about to change, and
/// its chunk cannot be seen. PostgreSQL's lock lets it go on for these commands: ours waits for it.
void wait_for_new_chunks(Oid table, const List* commands) {
  bool lets_writers = false;
  ListCell* cell;
  foreach (cell, commands) {
    const AlterTableType type = lfirst_node(AlterTableCmd, cell)->subtype;
    lets_writers = lets_writers || type == AT_SetStatistics || type == AT_SetOptions ||
                   type == AT_ResetOptions;
  }
  if (!lets_writers || !pg_class_ownercheck(table, GetUserId())) return;  // which will be said
  LockRelationOid(table, ShareRowExclusiveLock);
}

/// The statement without its ONLY, where all of its commands are such that ONLY has no meaning.
void ignore_only(Utility& utility, const AlterTableStmt* statement) {
  if (statement->relation->inh) return;
  ListCell* cell;
  foreach (cell, statement->cmds) {
    if (reach_of(lfirst_node(AlterTableCmd, cell)) == Reach::kPostgres) return;
  }
  auto* whole = castNode(AlterTableStmt, copyObjectImpl(statement));
  whole->relation->inh = true;
  utility.replace_statement(reinterpret_cast<Node*>(whole));
}

/// ALTER INDEX: the parts that chunks have of the index move along. What parts to come would not
/// take over is refused.
void alter_index(Utility& utility, Oid index) {
  const auto* statement = castNode(AlterTableStmt, utility.statement());
  auto* commands = reinterpret_cast<const List*>(copyObjectImpl(statement->cmds));
  ListCell* cell;
  foreach (cell, commands) {
    if (lfirst_node(AlterTableCmd, cell)->subtype != AT_SetStatistics) continue;
    ereport(ERROR, (errcode(ERRCODE_FEATURE_NOT_SUPPORTED),
                    errmsg("cannot set a statistics target for index \"%s\" of a hypertable",
                           get_rel_name(index)),
                    errhint("Set it for the indexes of the chunks.")));
  }
  utility.proceed();
  CommandCounterIncrement();
  foreach (cell, commands) {
    const auto* command = lfirst_node(AlterTableCmd, cell);
    if (command->subtype != AT_SetTableSpace) continue;
    ListCell* part;
    foreach (part, list_delete_first(find_all_inheritors(index, NoLock, nullptr))) {
      pg::alter_relation(lfirst_oid(part), list_make1(copyObjectImpl(command)));
    }
  }
}

/// The index of a hypertable that the statement names, or InvalidOid.
Oid named_index(const RangeVar* name) {
  const Oid index = RangeVarGetRelid(name, NoLock, true);
  if (!OidIsValid(index) || get_rel_relkind(index) != RELKIND_PARTITIONED_INDEX) return InvalidOid;
  return is_hypertable(IndexGetRelation(index, true)) ? index : InvalidOid;
}

void alter_table(Utility& utility) {
  const auto* statement = castNode(AlterTableStmt, utility.statement());
  if (statement->objtype != OBJECT_TABLE && statement->objtype != OBJECT_INDEX) {
    return utility.proceed();
  }
  if (const Oid index = named_index(statement->relation); OidIsValid(index)) {
    return alter_index(utility, index);
  }
  const Oid table = named_hypertable(statement->relation);
  if (!OidIsValid(table)) return utility.proceed();
  bool any = false;
  ListCell* cell;
  foreach (cell, statement->cmds) {
    const auto* command = lfirst_node(AlterTableCmd, cell);
    check_command(table, command);
    any = any || reach_of(command) > Reach::kNotOnly;
  }
  // A copy: PostgreSQL scribbles on the statement that it runs.
  auto* commands = reinterpret_cast<const List*>(copyObjectImpl(statement->cmds));
  wait_for_new_chunks(table, commands);
  ignore_only(utility, statement);
  utility.proceed();
  if (any) alter_chunks(table, commands);
}

// --- Foreign keys

/// The parts of constraint `parent` on chunks get its name, as the parts on chunks to come will.
void rename_parts(Oid parent, const char* name) {
  ScanKeyData key;
  ScanKeyInit(&key, Anum_pg_constraint_conparentid, BTEqualStrategyNumber, F_OIDEQ,
              ObjectIdGetDatum(parent));
  Relation table = table_open(ConstraintRelationId, AccessShareLock);
  SysScanDesc scan = systable_beginscan(table, ConstraintParentIndexId, true, nullptr, 1, &key);
  List* parts = NIL;
  for (HeapTuple tuple; HeapTupleIsValid(tuple = systable_getnext(scan));) {
    const auto* row = reinterpret_cast<Form_pg_constraint>(GETSTRUCT(tuple));
    if (row->contype == CONSTRAINT_FOREIGN) parts = lappend_oid(parts, row->oid);
  }
  systable_endscan(scan);
  table_close(table, AccessShareLock);
  ListCell* cell;
  foreach (cell, parts) {
    RenameConstraintById(lfirst_oid(cell), name);
    rename_parts(lfirst_oid(cell), name);
  }
}

void rename(Utility& utility) {
  const auto* statement = castNode(RenameStmt, utility.statement());
  const Oid table = statement->renameType == OBJECT_TABCONSTRAINT
                        ? named_hypertable(statement->relation)
                        : InvalidOid;
  if (!OidIsValid(table)) return utility.proceed();
  const Oid constraint = get_relation_constraint_oid(table, statement->subname, true);
  const char* name = pstrdup(statement->newname);
  utility.proceed();
  CommandCounterIncrement();
  if (OidIsValid(constraint)) rename_parts(constraint, name);
}

// --- Policies

void invalidate(Oid table) { chunk::invalidate_chunks(hypertable_of(table).id); }

void create_policy(Utility& utility) {
  const Oid table = named_hypertable(castNode(CreatePolicyStmt, utility.statement())->table);
  utility.proceed();
  if (OidIsValid(table)) invalidate(table);
}

void alter_policy(Utility& utility) {
  const Oid table = named_hypertable(castNode(AlterPolicyStmt, utility.statement())->table);
  utility.proceed();
  if (OidIsValid(table)) invalidate(table);
}

void drop_policy(Utility& utility) {
  const auto* statement = castNode(DropStmt, utility.statement());
  List* tables = NIL;
  ListCell* cell;
  foreach (cell, statement->removeType == OBJECT_POLICY ? statement->objects : NIL) {
    List* name = list_copy(lfirst_node(List, cell));  // of the table, and then of the policy
    const Oid table =
        named_hypertable(makeRangeVarFromNameList(list_truncate(name, list_length(name) - 1)));
    if (OidIsValid(table)) tables = lappend_oid(tables, table);
  }
  utility.proceed();
  foreach (cell, tables) invalidate(lfirst_oid(cell));
}

}  // namespace

void install_alter_chunks() {
  on_statement(T_AlterTableStmt, alter_table);
  on_statement(T_RenameStmt, rename);
  on_statement(T_CreatePolicyStmt, create_policy);
  on_statement(T_AlterPolicyStmt, alter_policy);
  on_statement(T_DropStmt, drop_policy);
}

}  // namespace varve::ddl
