#include "extension/ddl/index.h"

#include "extension/catalog/hypertable_cache.h"
#include "extension/ddl/chunk_index.h"
#include "extension/ddl/concurrent_index.h"
#include "extension/ddl/dispatch.h"
#include "extension/ddl/named_hypertable.h"

#include "extension/pg/boundary.h"
#include "extension/pg/sqlstate.h"
extern "C" {
#include <access/table.h>
#include <access/xact.h>
#include <catalog/namespace.h>
#include <catalog/pg_inherits.h>
#include <commands/defrem.h>
#include <commands/tablecmds.h>
#include <nodes/makefuncs.h>
#include <utils/lsyscache.h>
#include <utils/rel.h>
#include <utils/relcache.h>
}

namespace varve::ddl {
namespace {

List* indexes_of(Oid table) {
  Relation relation = table_open(table, AccessShareLock);
  List* indexes = RelationGetIndexList(relation);
  table_close(relation, NoLock);
  return indexes;
}

/// Adds the parts of every index of `table` that is not among `before`.
void add_parts_of_new(Oid table, const List* before) {
  CommandCounterIncrement();
  ListCell* cell;
  foreach (cell, indexes_of(table)) {
    if (!list_member_oid(before, lfirst_oid(cell))) add_index_parts(table, lfirst_oid(cell));
  }
}

RangeVar* only(const RangeVar* table) {
  auto* alone = castNode(RangeVar, copyObjectImpl(table));
  alone->inh = false;
  return alone;
}

NameData dimension_of(Oid table) {
  return pg::entry([&] { return catalog::cached_hypertable(table)->column; });
}

/// Rows with the same key can lie in two chunks unless the key has the time in it.
void check_key(Oid table, const char* kind, bool has_dimension) {
  if (has_dimension) return;
  const NameData dimension = dimension_of(table);
  ereport(ERROR, (errcode(pg::kBadHypertableIndexDefinition),
                  errmsg("%s on hypertable \"%s\" lacks column \"%s\"", kind, get_rel_name(table),
                         NameStr(dimension)),
                  errhint("A unique index of a hypertable must contain its primary dimension.")));
}

// --- CREATE INDEX

void check_unique(Oid table, const IndexStmt* statement) {
  const NameData dimension = dimension_of(table);
  bool found = !statement->unique;
  ListCell* cell;
  foreach (cell, statement->indexParams) {
    const auto* element = lfirst_node(IndexElem, cell);
    found = found || (element->name != nullptr && strcmp(element->name, NameStr(dimension)) == 0);
  }
  check_key(table, "unique index", found);
}

/// Whether the option of ours is set; it is taken out of `statement`, a copy.
bool take_transaction_per_chunk(IndexStmt* statement) {
  bool is_set = false;
  ListCell* cell;
  foreach (cell, statement->options) {
    auto* option = lfirst_node(DefElem, cell);
    if (option->defnamespace == nullptr || (strcmp(option->defnamespace, "timescaledb") != 0 &&
                                            strcmp(option->defnamespace, "tsdb") != 0)) {
      continue;
    }
    if (strcmp(option->defname, "transaction_per_chunk") != 0) {
      ereport(ERROR,
              (errcode(ERRCODE_INVALID_PARAMETER_VALUE),
               errmsg("unrecognized parameter \"%s.%s\"", option->defnamespace, option->defname)));
    }
    is_set = defGetBoolean(option);
    statement->options = foreach_delete_current(statement->options, cell);
  }
  return is_set;
}

void create_at_once(Utility& utility, IndexStmt* statement) {
  if (!statement->relation->inh) {
    utility.replace_statement(reinterpret_cast<Node*>(statement));
    return utility.proceed();
  }
  const Oid table = RangeVarGetRelidExtended(statement->relation, ShareLock, 0,
                                             RangeVarCallbackOwnsRelation, nullptr);
  find_all_inheritors(table, ShareLock, nullptr);
  const List* before = indexes_of(table);
  statement->relation = only(statement->relation);
  utility.replace_statement(reinterpret_cast<Node*>(statement));
  utility.proceed();
  add_parts_of_new(table, before);
}

void create_index(Utility& utility) {
  auto* statement = castNode(IndexStmt, utility.statement());
  const Oid table = named_hypertable(statement->relation);
  if (!OidIsValid(table)) return utility.proceed();
  statement = castNode(IndexStmt, copyObjectImpl(statement));
  const bool per_chunk = take_transaction_per_chunk(statement);
  check_unique(table, statement);
  if (statement->concurrent) return create_index_by_chunk(utility, statement, Build::kConcurrent);
  if (per_chunk) return create_index_by_chunk(utility, statement, Build::kLocking);
  create_at_once(utility, statement);
}

// --- ALTER TABLE ... ADD UNIQUE, ADD PRIMARY KEY

/// The constraint that the command adds, if it comes with an index of its own.
const Constraint* indexed_constraint(const AlterTableCmd* command) {
  if (command->subtype != AT_AddConstraint) return nullptr;
  const auto* constraint = castNode(Constraint, command->def);
  const bool is_key = constraint->contype == CONSTR_PRIMARY || constraint->contype == CONSTR_UNIQUE;
  return is_key && constraint->indexname == nullptr ? constraint : nullptr;
}

void check_constraint(Oid table, const Constraint* constraint) {
  const NameData dimension = dimension_of(table);
  bool found = false;
  ListCell* cell;
  foreach (cell, constraint->keys) {
    found = found || strcmp(strVal(lfirst(cell)), NameStr(dimension)) == 0;
  }
  check_key(table, constraint->contype == CONSTR_PRIMARY ? "primary key" : "unique constraint",
            found);
}

/// A key that a new column comes with is of this column alone.
void check_new_column(Oid table, const AlterTableCmd* command) {
  if (command->subtype != AT_AddColumn || command->missing_ok) return;
  ListCell* cell;
  foreach (cell, castNode(ColumnDef, command->def)->constraints) {
    const auto* constraint = lfirst_node(Constraint, cell);
    if (constraint->contype == CONSTR_PRIMARY || constraint->contype == CONSTR_UNIQUE) {
      check_constraint(table, constraint);
    }
  }
}

/// What a primary key needs first, on chunks as well.
List* not_null_commands(const Constraint* constraint) {
  List* commands = NIL;
  if (constraint->contype != CONSTR_PRIMARY) return NIL;
  ListCell* cell;
  foreach (cell, constraint->keys) {
    auto* command = makeNode(AlterTableCmd);
    command->subtype = AT_SetNotNull;
    command->name = pstrdup(strVal(lfirst(cell)));
    commands = lappend(commands, command);
  }
  return commands;
}

void run(Utility utility, const AlterTableStmt* whole, List* commands, RangeVar* table) {
  if (commands == NIL) return;
  auto* part = makeNode(AlterTableStmt);
  *part = *whole;
  part->relation = table;
  part->cmds = commands;
  utility.replace_statement(static_cast<Node*>(copyObject(reinterpret_cast<Node*>(part))));
  utility.proceed();
  CommandCounterIncrement();
}

void alter_table(Utility& utility) {
  const auto* statement = castNode(AlterTableStmt, utility.statement());
  const Oid table = statement->objtype == OBJECT_TABLE && statement->relation->inh
                        ? named_hypertable(statement->relation)
                        : InvalidOid;
  List* keys = NIL;
  List* others = NIL;
  ListCell* cell;
  foreach (cell, statement->cmds) {
    auto* command = lfirst_node(AlterTableCmd, cell);
    if (OidIsValid(table)) check_new_column(table, command);
    const Constraint* constraint = OidIsValid(table) ? indexed_constraint(command) : nullptr;
    if (constraint == nullptr) {
      others = lappend(others, command);
      continue;
    }
    check_constraint(table, constraint);
    others = list_concat(others, not_null_commands(constraint));
    keys = lappend(keys, command);
  }
  if (keys == NIL) return utility.proceed();
  // PostgreSQL, too, adds keys after columns, and before foreign keys; none of these can reference
  // the same table here.
  run(utility, statement, others, statement->relation);
  const List* before = indexes_of(table);
  run(utility, statement, keys, only(statement->relation));
  add_parts_of_new(table, before);
}

}  // namespace

void install_index() {
  on_statement(T_IndexStmt, create_index);
  on_statement(T_AlterTableStmt, alter_table);
}

}  // namespace varve::ddl
