#include "extension/continuous_aggregate/alter.h"

#include "extension/catalog/hypertable_cache.h"
#include "extension/columnstore/options.h"
#include "extension/continuous_aggregate/aggregate_table.h"
#include "extension/continuous_aggregate/changes.h"
#include "extension/continuous_aggregate/create_options.h"
#include "extension/continuous_aggregate/losses.h"
#include "extension/continuous_aggregate/parts.h"
#include "extension/continuous_aggregate/redefine.h"
#include "extension/continuous_aggregate/row_security.h"
#include "extension/continuous_aggregate/sql.h"
#include "extension/continuous_aggregate/statement.h"

#include "extension/pg/boundary.h"
extern "C" {
#include <catalog/namespace.h>
#include <catalog/pg_class.h>
#include <commands/defrem.h>
#include <executor/spi.h>
#include <miscadmin.h>
#include <nodes/makefuncs.h>
#include <nodes/parsenodes.h>
#include <storage/lmgr.h>
#include <utils/acl.h>
#include <utils/builtins.h>
#include <utils/lsyscache.h>
}

namespace varve::continuous_aggregate {
namespace {

// DROP ----------------------------------------------------------------------------------------

/// Aggregates are views to PostgreSQL, so that a list that names both kinds becomes two statements.
void drop(ddl::Utility& utility) {
  const auto* statement = castNode(DropStmt, utility.statement());
  const bool is_view = statement->removeType == OBJECT_VIEW;
  if (!is_view && statement->removeType != OBJECT_MATVIEW) return utility.proceed();
  List* aggregates = NIL;
  List* others = NIL;
  ListCell* cell;
  foreach (cell, statement->objects) {
    RangeVar* name = makeRangeVarFromNameList(lfirst_node(List, cell));
    const bool found = named_aggregate(name).has_value();
    if (found && is_view) {
      ereport(ERROR, (errcode(ERRCODE_WRONG_OBJECT_TYPE),
                      errmsg("\"%s\" is a continuous aggregate", name->relname),
                      errhint("Use DROP MATERIALIZED VIEW.")));
    }
    List*& list = found ? aggregates : others;
    list = lappend(list, lfirst(cell));
  }
  if (aggregates == NIL) return utility.proceed();
  if (others != NIL) {
    refuse(*makeRangeVarFromNameList(linitial_node(List, aggregates)),
           "drop materialized views together with", "Use two statements.");
  }
  proceed_changed(utility, *statement, [](DropStmt& copy) { copy.removeType = OBJECT_VIEW; });
}

// ALTER ---------------------------------------------------------------------------------------

bool is_set(const AlterTableCmd& command) {
  return command.subtype == AT_SetRelOptions || command.subtype == AT_ResetRelOptions;
}

/// Whether every option of SET (...) is ours.
bool sets_ours(const AlterTableCmd& command) {
  ListCell* cell;
  foreach (cell, castNode(List, command.def)) {
    if (!is_ours(*lfirst_node(DefElem, cell))) return false;
  }
  return true;
}

void set_materialized_only(const Aggregate& aggregate, bool value) {
  if (aggregate.materialized_only == value) return;
  SPI_connect();
  const char* statement = psprintf("CREATE OR REPLACE VIEW %s AS %s",
                                   qualified_name(aggregate.relation), select_of(aggregate, value));
  execute(statement);
  AggregateTable::set_materialized_only(aggregate, value);
  SPI_finish();
}

/// Options of the columnstore are those of the table that holds the results.
void set_options(const Aggregate& aggregate, const AlterTableCmd& command) {
  const bool is_reset = command.subtype == AT_ResetRelOptions;
  List* of_columnstore = NIL;
  ListCell* cell;
  foreach (cell, castNode(List, command.def)) {
    auto* option = lfirst_node(DefElem, cell);
    if (columnstore::is_option(option)) {
      of_columnstore = lappend(of_columnstore, option);
    } else if (strcmp(option->defname, "materialized_only") == 0 && !is_reset) {
      set_materialized_only(aggregate, defGetBoolean(option));
    } else {
      ereport(ERROR, (errcode(ERRCODE_FEATURE_NOT_SUPPORTED),
                      errmsg("option \"%s.%s\" of a continuous aggregate cannot be %s",
                             option->defnamespace, option->defname, is_reset ? "reset" : "set")));
    }
  }
  if (of_columnstore == NIL) return;
  columnstore::apply_options(aggregate.materialization, of_columnstore, is_reset);
}

/// Where and how results lie is for the table that holds them.
bool is_storage(const AlterTableCmd& command) {
  return command.subtype == AT_SetTableSpace || command.subtype == AT_SetAccessMethod ||
         is_set(command);
}

/// All parts belong to whom the view belongs to.
void set_owner(const Aggregate& aggregate, const AlterTableCmd& command) {
  const char* owner =
      quote_identifier(GetUserNameFromId(get_rolespec_oid(command.newowner, false), false));
  SPI_connect();
  for (const Oid part : {aggregate.materialization, aggregate.definition, aggregate.recent}) {
    const char* kind = part == aggregate.materialization ? "TABLE" : "VIEW";
    execute(psprintf("ALTER %s %s OWNER TO %s", kind, qualified_name(part), owner));
  }
  execute(psprintf(
      "DO $do$ DECLARE c regclass; BEGIN FOR c IN SELECT relation FROM varve_catalog.chunk "
      "WHERE hypertable_id = %d LOOP EXECUTE pg_catalog.format('ALTER TABLE %%s OWNER TO %%s', c, "
      "%s); END LOOP; END $do$",
      aggregate.id, quote_literal_cstr(owner)));
  SPI_finish();
}

bool enables_row_security(const AlterTableStmt& statement) {
  ListCell* cell;
  foreach (cell, statement.cmds) {
    if (lfirst_node(AlterTableCmd, cell)->subtype == AT_EnableRowSecurity) return true;
  }
  return false;
}

/// The policies of a hypertable hold for its aggregates, too.
void proceed_and_check(ddl::Utility& utility, const AlterTableStmt& statement) {
  const bool enables = enables_row_security(statement);
  const Oid relation = enables ? RangeVarGetRelid(statement.relation, NoLock, true) : InvalidOid;
  if (OidIsValid(relation) && pg::entry([&] { return holds_results(relation); })) {
    refuse(*statement.relation, "enable row-level security on the results of a",
           "Enable it on the hypertable.");
  }
  utility.proceed();
  if (OidIsValid(relation)) check_aggregates_of(relation);
}

void alter_storage(ddl::Utility& utility, const AlterTableStmt& statement,
                   const Aggregate& aggregate, List* storage, const List* others) {
  if (others != NIL)
    refuse(*statement.relation, "alter storage and owner of", "Use two statements.");
  proceed_changed(utility, statement, [&](AlterTableStmt& copy) {
    copy.objtype = OBJECT_TABLE;
    copy.relation = results_name(aggregate);
    copy.cmds = storage;
  });
}

void alter_table(ddl::Utility& utility) {
  const auto* statement = castNode(AlterTableStmt, utility.statement());
  const bool is_view = statement->objtype == OBJECT_VIEW;
  const auto aggregate = is_view || statement->objtype == OBJECT_MATVIEW
                             ? named_aggregate(statement->relation)
                             : std::nullopt;
  if (!aggregate) return proceed_and_check(utility, *statement);
  check_owner(*aggregate);
  List* rest = NIL;
  List* storage = NIL;
  ListCell* cell;
  foreach (cell, statement->cmds) {
    auto* command = lfirst_node(AlterTableCmd, cell);
    if (is_set(*command) && sets_ours(*command)) {
      utility.require_writable();
      set_options(*aggregate, *command);
      continue;
    }
    if (command->subtype == AT_AddColumn && !is_view) {
      utility.require_writable();
      add_column(*aggregate, *command, utility.text);
      continue;
    }
    if (!is_view && is_storage(*command)) {
      storage = lappend(storage, command);
      continue;
    }
    if (command->subtype != AT_ChangeOwner && !is_view) {
      refuse(*statement->relation, "alter",
             "Options are set by SET (timescaledb.materialized_only, ...), columns added by ADD "
             "COLUMN.");
    }
    rest = lappend(rest, command);
  }
  if (storage != NIL) return alter_storage(utility, *statement, *aggregate, storage, rest);
  if (rest == NIL) return;
  proceed_changed(utility, *statement, [&](AlterTableStmt& copy) {
    copy.objtype = OBJECT_VIEW;
    copy.cmds = rest;
  });
  foreach (cell, rest) {
    const auto* command = lfirst_node(AlterTableCmd, cell);
    if (command->subtype == AT_ChangeOwner) set_owner(*aggregate, *command);
  }
}

void rename_column(ddl::Utility& utility, const RenameStmt& statement, const Aggregate& aggregate) {
  const AttrNumber column = get_attnum(aggregate.relation, statement.subname);
  proceed_changed(utility, statement, [](RenameStmt& copy) { copy.relationType = OBJECT_VIEW; });
  if (column == InvalidAttrNumber) return;
  SPI_connect();
  for (const Oid part : {aggregate.materialization, aggregate.definition, aggregate.recent}) {
    const char* kind = part == aggregate.materialization ? "TABLE" : "VIEW";
    execute(psprintf("ALTER %s %s RENAME COLUMN %s TO %s", kind, qualified_name(part),
                     quote_identifier(statement.subname), quote_identifier(statement.newname)));
  }
  SPI_finish();
}

void rename(ddl::Utility& utility) {
  const auto* statement = castNode(RenameStmt, utility.statement());
  const bool of_view =
      statement->renameType == OBJECT_MATVIEW || statement->renameType == OBJECT_VIEW;
  const bool of_column =
      statement->renameType == OBJECT_COLUMN &&
      (statement->relationType == OBJECT_MATVIEW || statement->relationType == OBJECT_VIEW ||
       statement->relationType == OBJECT_TABLE);
  const auto aggregate = of_view || of_column ? named_aggregate(statement->relation) : std::nullopt;
  if (!aggregate) return utility.proceed();
  if (of_column) return rename_column(utility, *statement, *aggregate);
  proceed_changed(utility, *statement, [](RenameStmt& copy) { copy.renameType = OBJECT_VIEW; });
}

void set_schema(ddl::Utility& utility) {
  const auto* statement = castNode(AlterObjectSchemaStmt, utility.statement());
  if (statement->objectType != OBJECT_MATVIEW || !named_aggregate(statement->relation)) {
    return utility.proceed();
  }
  proceed_changed(utility, *statement,
                  [](AlterObjectSchemaStmt& copy) { copy.objectType = OBJECT_VIEW; });
}

// Others --------------------------------------------------------------------------------------

void comment(ddl::Utility& utility) {
  const auto* statement = castNode(CommentStmt, utility.statement());
  if (statement->objtype != OBJECT_MATVIEW ||
      !named_aggregate(makeRangeVarFromNameList(castNode(List, statement->object)))) {
    return utility.proceed();
  }
  proceed_changed(utility, *statement, [](CommentStmt& copy) { copy.objtype = OBJECT_VIEW; });
}

void refresh_materialized_view(ddl::Utility& utility) {
  const auto* statement = castNode(RefreshMatViewStmt, utility.statement());
  if (named_aggregate(statement->relation)) {
    refuse(*statement->relation, "run REFRESH MATERIALIZED VIEW on",
           "Use CALL refresh_continuous_aggregate().");
  }
  utility.proceed();
}

/// An index on an aggregate is one on its results.
void create_index(ddl::Utility& utility) {
  const auto* statement = castNode(IndexStmt, utility.statement());
  const auto aggregate = named_aggregate(statement->relation);
  if (!aggregate) return utility.proceed();
  check_owner(*aggregate);
  if (statement->unique) {
    refuse(*statement->relation, "create a unique index on", "Its rows are computed, not entered.");
  }
  proceed_changed(utility, *statement, [&](IndexStmt& copy) {
    copy.relation->schemaname = get_namespace_name(get_rel_namespace(aggregate->materialization));
    copy.relation->relname = get_rel_name(aggregate->materialization);
  });
}

/// COPY into a chunk by its name is PostgreSQL's own, row by row: all of the chunk counts as
/// changed.
void copy(ddl::Utility& utility) {
  const auto* statement = castNode(CopyStmt, utility.statement());
  if (statement->is_from && statement->relation != nullptr) {
    const Oid relation = RangeVarGetRelid(statement->relation, NoLock, true);
    if (OidIsValid(relation)) note_copy_into_chunk(relation);
  }
  utility.proceed();
}

}  // namespace

void install_alter() {
  ddl::on_statement(T_DropStmt, drop);
  ddl::on_statement(T_AlterTableStmt, alter_table);
  ddl::on_statement(T_RenameStmt, rename);
  ddl::on_statement(T_AlterObjectSchemaStmt, set_schema);
  ddl::on_statement(T_CommentStmt, comment);
  ddl::on_statement(T_RefreshMatViewStmt, refresh_materialized_view);
  ddl::on_statement(T_IndexStmt, create_index);
  ddl::on_statement(T_CopyStmt, copy);
}

}  // namespace varve::continuous_aggregate
