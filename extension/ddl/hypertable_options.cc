#include "extension/ddl/hypertable_options.h"

#include "extension/columnstore/options.h"
#include "extension/ddl/dispatch.h"
#include "extension/hypertable/create.h"
#include "extension/hypertable/dimension_info.h"
#include "extension/hypertable/set_chunk_interval.h"

#include "extension/pg/boundary.h"
#include "extension/pg/sqlstate.h"
extern "C" {
#include <access/table.h>
#include <access/xact.h>
#include <catalog/namespace.h>
#include <catalog/pg_type.h>
#include <commands/defrem.h>
#include <nodes/makefuncs.h>
#include <utils/builtins.h>
#include <utils/lsyscache.h>
#include <utils/rel.h>
}

namespace varve::ddl {
namespace {

/// What WITH (tsdb. ...) asks for; a null pointer stands for what was not said.
struct Wanted {
  bool hypertable = false;
  const char* column = nullptr;
  const char* interval = nullptr;
  const char* schema = nullptr;
  const char* prefix = nullptr;
  bool default_indexes = true;
  List* columnstore = NIL;  // its options
};

using Setter = void (*)(Wanted& wanted, DefElem* option);

void set_interval(Wanted& wanted, DefElem* option) {
  wanted.interval = defGetString(option);
  if (*wanted.interval != '\0') return;
  ereport(ERROR, (errcode(ERRCODE_INVALID_PARAMETER_VALUE),
                  errmsg("parameter \"%s\" must not be empty", option->defname)));
}

const struct {
  const char* name;
  Setter set;
} kOptions[] = {
    {"hypertable", [](Wanted& w, DefElem* o) { w.hypertable = defGetBoolean(o); }},
    {"partition_column", [](Wanted& w, DefElem* o) { w.column = defGetString(o); }},
    {"partitioning_column", [](Wanted& w, DefElem* o) { w.column = defGetString(o); }},
    {"chunk_interval", set_interval},
    {"create_default_indexes", [](Wanted& w, DefElem* o) { w.default_indexes = defGetBoolean(o); }},
    {"associated_schema", [](Wanted& w, DefElem* o) { w.schema = defGetString(o); }},
    {"associated_table_prefix", [](Wanted& w, DefElem* o) { w.prefix = defGetString(o); }},
};

[[noreturn]] void refuse_option(const DefElem* option) {
  ereport(ERROR,
          (errcode(ERRCODE_INVALID_PARAMETER_VALUE),
           errmsg("unrecognized parameter \"%s.%s\"", option->defnamespace, option->defname)));
  pg_unreachable();
}

bool is_ours(const DefElem* option) {
  return option->defnamespace != nullptr && (strcmp(option->defnamespace, "tsdb") == 0 ||
                                             strcmp(option->defnamespace, "timescaledb") == 0);
}

/// The options that are ours, or those that are not.
List* options_where(List* options, bool ours) {
  List* chosen = NIL;
  ListCell* cell;
  foreach (cell, options) {
    auto* option = lfirst_node(DefElem, cell);
    if (is_ours(option) == ours) chosen = lappend(chosen, option);
  }
  return chosen;
}

void check_once(const List* options, const DefElem* option) {
  ListCell* cell;
  foreach (cell, options) {
    const auto* other = lfirst_node(DefElem, cell);
    if (other == option || strcmp(other->defname, option->defname) != 0) continue;
    ereport(ERROR, (errcode(ERRCODE_INVALID_PARAMETER_VALUE),
                    errmsg("parameter \"%s\" specified more than once", option->defname)));
  }
}

Wanted read(const List* options) {
  Wanted wanted;
  ListCell* cell;
  foreach (cell, options) {
    auto* option = lfirst_node(DefElem, cell);
    check_once(options, option);
    if (columnstore::is_option(option)) {
      wanted.columnstore = lappend(wanted.columnstore, option);
      continue;
    }
    Setter set = nullptr;
    for (const auto& known : kOptions) {
      if (strcmp(known.name, option->defname) == 0) set = known.set;
    }
    if (set == nullptr) refuse_option(option);
    set(wanted, option);
  }
  return wanted;
}

// --- CREATE TABLE

void check(const Wanted& wanted, const CreateStmt& statement) {
  if (!wanted.hypertable) {
    ereport(ERROR, (errcode(ERRCODE_UNDEFINED_COLUMN),
                    errmsg("options of a hypertable need \"tsdb.hypertable\"")));
  }
  if (statement.partspec != nullptr) {
    ereport(ERROR, (errcode(ERRCODE_FEATURE_NOT_SUPPORTED),
                    errmsg("a hypertable cannot be declared with PARTITION BY"),
                    errhint("Name the column in \"tsdb.partition_column\".")));
  }
}

/// The first column of the type, or null.
const char* first_column(const TupleDesc columns, Oid type) {
  for (int i = 0; i < columns->natts; ++i) {
    const FormData_pg_attribute& attribute = *TupleDescAttr(columns, i);
    if (attribute.atttypid == type) return pstrdup(NameStr(attribute.attname));
  }
  return nullptr;
}

/// The table's first column of type timestamptz, otherwise of type timestamp.
const char* likely_column(Oid relation) {
  Relation table = table_open(relation, AccessShareLock);
  const char* name = first_column(RelationGetDescr(table), TIMESTAMPTZOID);
  if (name == nullptr) name = first_column(RelationGetDescr(table), TIMESTAMPOID);
  table_close(table, NoLock);
  if (name == nullptr) {
    ereport(ERROR, (errcode(ERRCODE_UNDEFINED_COLUMN),
                    errmsg("table \"%s\" has no column of type timestamptz or timestamp",
                           get_rel_name(relation)),
                    errhint("Name a column in \"tsdb.partition_column\".")));
  }
  ereport(NOTICE, (errmsg("hypertable \"%s\" is partitioned by column \"%s\"",
                          get_rel_name(relation), name)));
  return name;
}

void convert(Oid relation, const Wanted& wanted) {
  NameData column;
  namestrcpy(&column, wanted.column != nullptr ? wanted.column : likely_column(relation));
  pg::entry([&] {
    hypertable::CreateRequest request;
    request.relation = relation;
    request.column = column;
    if (wanted.interval != nullptr) request.width = hypertable::parse_width(wanted.interval);
    request.chunk_schema = wanted.schema;
    request.chunk_prefix = wanted.prefix;
    request.default_indexes = wanted.default_indexes;
    hypertable::create(request);
  });
  if (wanted.columnstore == NIL) return;
  CommandCounterIncrement();
  columnstore::apply_options(relation, wanted.columnstore, false);
}

void create_table(Utility& utility) {
  const auto& statement = *reinterpret_cast<CreateStmt*>(utility.statement());
  List* ours = options_where(statement.options, true);
  if (ours == NIL) return utility.proceed();
  const Wanted wanted = read(static_cast<List*>(copyObject(ours)));
  check(wanted, statement);

  auto* plain = castNode(CreateStmt, copyObjectImpl(&statement));
  plain->options = options_where(plain->options, false);
  Oid known = InvalidOid;
  auto* name = castNode(RangeVar, copyObjectImpl(plain->relation));
  const Oid schema = RangeVarGetAndCheckCreationNamespace(name, NoLock, &known);
  utility.replace_statement(reinterpret_cast<Node*>(plain));
  utility.proceed();
  if (OidIsValid(known)) return;  // IF NOT EXISTS: whatever it is, it stays
  CommandCounterIncrement();
  convert(get_relname_relid(name->relname, schema), wanted);
}

void create_table_as(Utility& utility) {
  const auto* statement = castNode(CreateTableAsStmt, utility.statement());
  if (statement->objtype == OBJECT_TABLE && options_where(statement->into->options, true) != NIL) {
    ereport(ERROR, (errcode(ERRCODE_FEATURE_NOT_SUPPORTED),
                    errmsg("CREATE TABLE AS cannot make a hypertable"),
                    errhint("Create the hypertable, then INSERT ... SELECT.")));
  }
  utility.proceed();
}

// --- ALTER TABLE

void set_option(Oid relation, DefElem* option) {
  if (strcmp(option->defname, "chunk_interval") != 0) refuse_option(option);
  const char* text = defGetString(option);
  pg::entry(
      [&] { hypertable::set_chunk_interval(relation, nullptr, hypertable::parse_width(text)); });
}

/// Does what `command` says of our options. What it says of others, or null.
AlterTableCmd* take_options(Oid relation, AlterTableCmd* command) {
  if (command->subtype != AT_SetRelOptions && command->subtype != AT_ResetRelOptions) {
    return command;
  }
  List* options = castNode(List, command->def);
  List* ours = options_where(options, true);
  if (ours == NIL) return command;
  const bool is_reset = command->subtype == AT_ResetRelOptions;
  List* of_columnstore = NIL;
  ListCell* cell;
  foreach (cell, ours) {
    auto* option = lfirst_node(DefElem, cell);
    if (columnstore::is_option(option)) {
      of_columnstore = lappend(of_columnstore, option);
      continue;
    }
    if (is_reset) refuse_option(option);
    set_option(relation, option);
  }
  if (of_columnstore != NIL) columnstore::apply_options(relation, of_columnstore, is_reset);
  command->def = reinterpret_cast<Node*>(options_where(options, false));
  return command->def != nullptr ? command : nullptr;
}

bool has_our_options(const AlterTableStmt* statement) {
  ListCell* cell;
  foreach (cell, statement->cmds) {
    const auto* command = lfirst_node(AlterTableCmd, cell);
    if ((command->subtype == AT_SetRelOptions || command->subtype == AT_ResetRelOptions) &&
        options_where(castNode(List, command->def), true) != NIL) {
      return true;
    }
  }
  return false;
}

void alter_table(Utility& utility) {
  const auto* statement = castNode(AlterTableStmt, utility.statement());
  if (statement->objtype != OBJECT_TABLE || !has_our_options(statement)) return utility.proceed();
  const Oid relation = RangeVarGetRelid(statement->relation, NoLock, statement->missing_ok);
  if (!OidIsValid(relation)) return utility.proceed();  // which says so
  utility.require_writable();
  auto* rest = castNode(AlterTableStmt, copyObjectImpl(statement));
  List* commands = NIL;
  ListCell* cell;
  foreach (cell, rest->cmds) {
    auto* command = take_options(relation, lfirst_node(AlterTableCmd, cell));
    if (command != nullptr) commands = lappend(commands, command);
  }
  if (commands == NIL) return;
  rest->cmds = commands;
  utility.replace_statement(reinterpret_cast<Node*>(rest));
  utility.proceed();
}

}  // namespace

void install_hypertable_options() {
  on_statement(T_CreateStmt, create_table);
  on_statement(T_CreateTableAsStmt, create_table_as);
  on_statement(T_AlterTableStmt, alter_table);
}

}  // namespace varve::ddl
