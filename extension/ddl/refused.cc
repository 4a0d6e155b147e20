#include "extension/ddl/refused.h"

#include "extension/catalog/chunk_table.h"
#include "extension/catalog/ownership.h"
#include "extension/chunk/frozen.h"
#include "extension/ddl/dispatch.h"
#include "extension/ddl/named_hypertable.h"

#include "extension/pg/boundary.h"
extern "C" {
#include <catalog/namespace.h>
#include <catalog/partition.h>
#include <catalog/pg_class.h>
#include <nodes/makefuncs.h>
#include <nodes/parsenodes.h>
#include <utils/acl.h>
#include <utils/lsyscache.h>
}

namespace varve::ddl {
namespace {

void refuse(const char* hypertable, const char* what, const char* hint) {
  ereport(ERROR, (errcode(ERRCODE_FEATURE_NOT_SUPPORTED),
                  errmsg("cannot %s hypertable \"%s\"", what, hypertable), errhint("%s", hint)));
}

/// The hypertable that a chunk, or a divided slice, is of; InvalidOid for other relations.
Oid hypertable_of_part(Oid relation) {
  while (OidIsValid(relation) && get_rel_relispartition(relation)) {
    relation = get_partition_parent(relation, true);
    if (is_hypertable(relation)) return relation;
  }
  return InvalidOid;
}

/// The name of the hypertable whose partitions the named table has, as itself or as a slice of it;
/// null where they are not ours.
const char* divided_hypertable(const RangeVar* name) {
  const Oid relation = RangeVarGetRelid(name, NoLock, true);
  if (!OidIsValid(relation) || get_rel_relkind(relation) != RELKIND_PARTITIONED_TABLE)
    return nullptr;
  const Oid hypertable = is_hypertable(relation) ? relation : hypertable_of_part(relation);
  return OidIsValid(hypertable) ? get_rel_name(hypertable) : nullptr;
}

/// Half of what is done to a hypertable would fail for want of the chunk.
void check_owner(const RangeVar* table, const RoleSpec* owner) {
  const Oid hypertable = hypertable_of_part(RangeVarGetRelid(table, NoLock, true));
  const Oid role = get_rolespec_oid(owner, true);
  if (!OidIsValid(hypertable) || !OidIsValid(role) || role == catalog::owner_of(hypertable)) {
    return;
  }
  refuse(get_rel_name(hypertable), "give away a chunk of",
         "Chunks go along with ALTER TABLE ... OWNER TO of the hypertable.");
}

constexpr const char* kChunksComeWithRows =
    "Its chunks are made as rows arrive, or of tables by attach_chunk().";

void check_command(const RangeVar* table, const AlterTableCmd& command) {
  switch (command.subtype) {
    case AT_AttachPartition: {
      const char* divided = divided_hypertable(table);
      if (divided != nullptr) refuse(divided, "attach a partition to", kChunksComeWithRows);
      const RangeVar* partition = castNode(PartitionCmd, command.def)->name;
      if (OidIsValid(named_hypertable(partition))) {
        refuse(partition->relname, "make a partition of",
               "A hypertable has partitions of its own only.");
      }
      break;
    }
    case AT_DetachPartition:
    case AT_DetachPartitionFinalize: {
      const char* divided = divided_hypertable(table);
      if (divided != nullptr) refuse(divided, "detach a partition from", "Use detach_chunk().");
      break;
    }
    case AT_ChangeOwner: check_owner(table, command.newowner); break;
    case AT_AddInherit: {
      const RangeVar* parent = castNode(RangeVar, command.def);
      if (OidIsValid(named_hypertable(parent))) {
        refuse(parent->relname, "inherit from", kChunksComeWithRows);
      }
      if (OidIsValid(named_hypertable(table))) {
        refuse(table->relname, "add a parent to", "Create an ordinary table instead.");
      }
      break;
    }
    default: break;
  }
}

void alter_table(Utility& utility) {
  const auto* statement = castNode(AlterTableStmt, utility.statement());
  if (statement->objtype == OBJECT_TABLE || statement->objtype == OBJECT_FOREIGN_TABLE) {
    ListCell* cell;
    foreach (cell, statement->cmds) {
      check_command(statement->relation, *lfirst_node(AlterTableCmd, cell));
    }
  }
  utility.proceed();
}

void check_parents(const CreateStmt& statement) {
  ListCell* cell;
  foreach (cell, statement.inhRelations) {
    const auto* parent = lfirst_node(RangeVar, cell);
    const char* divided = divided_hypertable(parent);
    if (divided == nullptr) continue;
    refuse(divided, statement.partbound != nullptr ? "create a partition of" : "inherit from",
           kChunksComeWithRows);
  }
}

void create_table(Utility& utility) {
  check_parents(*reinterpret_cast<CreateStmt*>(utility.statement()));
  utility.proceed();
}

void create_foreign_table(Utility& utility) {
  check_parents(castNode(CreateForeignTableStmt, utility.statement())->base);
  utility.proceed();
}

void create_rule(Utility& utility) {
  const auto* statement = castNode(RuleStmt, utility.statement());
  if (OidIsValid(named_hypertable(statement->relation))) {
    refuse(statement->relation->relname, "create a rule on", "Use a trigger.");
  }
  utility.proceed();
}

/// A frozen chunk goes with its hypertable, but not by itself.
void drop(Utility& utility) {
  const auto* statement = castNode(DropStmt, utility.statement());
  ListCell* cell;
  foreach (cell, statement->removeType == OBJECT_TABLE ? statement->objects : NIL) {
    const Oid table =
        RangeVarGetRelid(makeRangeVarFromNameList(lfirst_node(List, cell)), NoLock, true);
    if (!OidIsValid(table) || !get_rel_relispartition(table)) continue;
    if (!pg::entry([&] { return catalog::ChunkTable::find(table).has_value(); })) continue;
    chunk::require_not_frozen(table, ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE, "dropped");
  }
  utility.proceed();
}

}  // namespace

void install_refused() {
  on_statement(T_AlterTableStmt, alter_table);
  on_statement(T_CreateStmt, create_table);
  on_statement(T_CreateForeignTableStmt, create_foreign_table);
  on_statement(T_RuleStmt, create_rule);
  on_statement(T_DropStmt, drop);
}

}  // namespace varve::ddl
