#include "extension/ddl/space_dimension.h"

#include "extension/catalog/chunk_table.h"
#include "extension/catalog/hypertable_cache.h"
#include "extension/ddl/dispatch.h"
#include "extension/ddl/named_hypertable.h"

#include "extension/pg/boundary.h"
#include "extension/pg/sqlstate.h"
extern "C" {
#include <catalog/namespace.h>
#include <catalog/partition.h>
#include <nodes/parsenodes.h>
#include <utils/builtins.h>
#include <utils/lsyscache.h>
}

namespace varve::ddl {
namespace {

/// The hash dimension of the hypertable that is named; an empty name where there is none.
NameData space_column_of(const RangeVar* name) {
  const Oid table = named_hypertable(name);
  if (!OidIsValid(table)) return {};
  return pg::entry([&] {
    const auto* hypertable = catalog::cached_hypertable(table);
    return hypertable != nullptr ? hypertable->space_column : NameData{};
  });
}

void check_key(const RangeVar& table, const NameData& column, bool has_column) {
  if (has_column) return;
  ereport(ERROR, (errcode(pg::kBadHypertableIndexDefinition),
                  errmsg("unique index on hypertable \"%s\" lacks column \"%s\"", table.relname,
                         NameStr(column)),
                  errhint("A unique index of a hypertable must contain its dimensions.")));
}

bool has_name(const List* keys, const NameData& column) {
  ListCell* cell;
  foreach (cell, keys) {
    if (strcmp(strVal(lfirst(cell)), NameStr(column)) == 0) return true;
  }
  return false;
}

bool has_element(const List* elements, const NameData& column) {
  ListCell* cell;
  foreach (cell, elements) {
    const char* name = lfirst_node(IndexElem, cell)->name;
    if (name != nullptr && strcmp(name, NameStr(column)) == 0) return true;
  }
  return false;
}

void create_index(Utility& utility) {
  const auto* statement = castNode(IndexStmt, utility.statement());
  if (statement->unique) {
    const NameData column = space_column_of(statement->relation);
    if (NameStr(column)[0] != '\0') {
      check_key(*statement->relation, column, has_element(statement->indexParams, column));
    }
  }
  utility.proceed();
}

void check_command(const RangeVar& table, const NameData& column, const AlterTableCmd& command) {
  if (command.subtype == AT_AddConstraint) {
    const auto* constraint = castNode(Constraint, command.def);
    const bool is_key =
        constraint->contype == CONSTR_UNIQUE || constraint->contype == CONSTR_PRIMARY;
    if (is_key && constraint->indexname == nullptr) {
      check_key(table, column, has_name(constraint->keys, column));
    }
  }
  const bool changes = command.subtype == AT_DropColumn || command.subtype == AT_AlterColumnType;
  if (changes && strcmp(command.name, NameStr(column)) == 0) {
    ereport(ERROR, (errcode(pg::kOperationNotSupported),
                    errmsg("column \"%s\" is a dimension of hypertable \"%s\"", NameStr(column),
                           table.relname)));
  }
}

void alter_table(Utility& utility) {
  const auto* statement = castNode(AlterTableStmt, utility.statement());
  const NameData column =
      statement->objtype == OBJECT_TABLE ? space_column_of(statement->relation) : NameData{};
  if (NameStr(column)[0] != '\0') {
    ListCell* cell;
    foreach (cell, statement->cmds) {
      check_command(*statement->relation, column, *lfirst_node(AlterTableCmd, cell));
    }
  }
  utility.proceed();
}

/// Whether the relation is one chunk of a slice that is divided.
bool is_share(Oid relation) {
  if (!OidIsValid(relation) || !get_rel_relispartition(relation)) return false;
  const auto chunk = pg::entry([&] { return catalog::ChunkTable::find(relation); });
  return chunk && !is_hypertable(get_partition_parent(relation, true));
}

void drop(Utility& utility) {
  const auto* statement = castNode(DropStmt, utility.statement());
  ListCell* cell;
  foreach (cell, statement->removeType == OBJECT_TABLE ? statement->objects : NIL) {
    const RangeVar* name = makeRangeVarFromNameList(lfirst_node(List, cell));
    if (!is_share(RangeVarGetRelid(name, NoLock, true))) continue;
    ereport(ERROR, (errcode(ERRCODE_FEATURE_NOT_SUPPORTED),
                    errmsg("chunk \"%s\" shares its range with others, and is dropped with them",
                           name->relname),
                    errhint("Use drop_chunks().")));
  }
  utility.proceed();
}

}  // namespace

void install_space_dimension() {
  on_statement(T_IndexStmt, create_index);
  on_statement(T_AlterTableStmt, alter_table);
  on_statement(T_DropStmt, drop);
}

}  // namespace varve::ddl
