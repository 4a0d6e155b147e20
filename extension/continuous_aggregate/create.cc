// CREATE MATERIALIZED VIEW ... WITH (timescaledb.continuous) AS SELECT ...
#include "extension/continuous_aggregate/create.h"

#include "extension/catalog/hypertable_cache.h"
#include "extension/catalog/hypertable_table.h"
#include "extension/chunk/coordinate.h"
#include "extension/continuous_aggregate/aggregate_table.h"
#include "extension/continuous_aggregate/create_options.h"
#include "extension/continuous_aggregate/definition.h"
#include "extension/continuous_aggregate/parts.h"
#include "extension/continuous_aggregate/refresh.h"
#include "extension/continuous_aggregate/sql.h"
#include "extension/ddl/dispatch.h"
#include "extension/hypertable/create.h"

#include "extension/pg/boundary.h"
extern "C" {
#include <access/relation.h>
#include <access/xact.h>
#include <catalog/namespace.h>
#include <catalog/pg_class.h>
#include <catalog/pg_type.h>
#include <commands/tablecmds.h>
#include <executor/spi.h>
#include <lib/stringinfo.h>
#include <miscadmin.h>
#include <nodes/makefuncs.h>
#include <nodes/nodeFuncs.h>
#include <optimizer/optimizer.h>
#include <parser/parse_func.h>
#include <storage/lmgr.h>
#include <utils/acl.h>
#include <utils/builtins.h>
#include <utils/guc.h>
#include <utils/lsyscache.h>
#include <utils/ruleutils.h>
}

namespace varve::continuous_aggregate {
namespace {

/// Names the result columns as the statement does.
void rename_columns(Query& query, List* names) {
  ListCell* name = list_head(names);
  ListCell* cell;
  foreach (cell, query.targetList) {
    auto* target = lfirst_node(TargetEntry, cell);
    if (target->resjunk) continue;
    if (name == nullptr) return;
    target->resname = strVal(lfirst(name));
    name = lnext(names, name);
  }
  if (name != nullptr) {
    ereport(ERROR, (errcode(ERRCODE_SYNTAX_ERROR), errmsg("too many column names were specified")));
  }
}

/// "name type COLLATE collation, ..."
const char* column_definitions(const Query& query) {
  StringInfoData list;
  initStringInfo(&list);
  ListCell* cell;
  foreach (cell, query.targetList) {
    const auto* target = lfirst_node(TargetEntry, cell);
    if (target->resjunk) continue;
    appendStringInfo(&list, "%s%s", list.len > 0 ? ", " : "", column_definition(*target));
  }
  return list.data;
}

const char* owner_name() { return quote_identifier(GetUserNameFromId(GetUserId(), false)); }

/// The table of the results, with a name for the time being; a hypertable's id comes with it. Its
/// pages have room for new versions of results that late rows change: these need no index entries.
Oid create_table(const Query& query, const char* name) {
  const char* columns = column_definitions(query);
  execute(
      psprintf("CREATE TABLE _timescaledb_internal.%s (%s) WITH (fillfactor = 90)", name, columns));
  execute(psprintf("ALTER TABLE _timescaledb_internal.%s OWNER TO %s", name, owner_name()));
  return get_relname_relid(name, get_namespace_oid("_timescaledb_internal", false));
}

/// Ten chunks of the source in one of the results, unless the statement says otherwise.
hypertable::RequestedWidth chunk_width(const CreateOptions& options, const Definition& definition) {
  hypertable::RequestedWidth width;
  if (options.chunk_is_integer) {
    width.form = hypertable::RequestedWidth::Form::kInteger;
    width.integer = options.chunk_integer;
    return width;
  }
  if (options.has_chunk_interval) {
    width.form = hypertable::RequestedWidth::Form::kInterval;
    width.months = options.chunk_interval.month;
    width.days = options.chunk_interval.day;
    width.microseconds = options.chunk_interval.time;
    return width;
  }
  const std::int64_t source =
      pg::entry([&] { return catalog::cached_hypertable(definition.source)->chunk_interval; });
  const chunk::Extent extent = chunk::extent_of(definition.bucket.type);
  const bool as_below = OidIsValid(definition.source_view) || source > extent.highest / 10;
  width.form = hypertable::RequestedWidth::Form::kInteger;
  width.integer = as_below ? source : source * 10;
  return width;
}

std::int32_t make_hypertable(Oid table, const CreateOptions& options,
                             const Definition& definition) {
  hypertable::CreateRequest request;
  request.relation = table;
  namestrcpy(&request.column, get_attname(table, definition.bucket_column, false));
  request.width = chunk_width(options, definition);
  request.default_indexes = false;
  const int level = NewGUCNestLevel();  // the source has been warned about already
  (void)set_config_option("client_min_messages", "error", PGC_USERSET, PGC_S_SESSION,
                          GUC_ACTION_SAVE, true, 0, false);
  const std::int32_t id = pg::entry([&] { return hypertable::create(request).id; });
  AtEOXact_GUC(false, level);
  return id;
}

/// By bucket, and by each other grouped column and bucket.
void create_indexes(const Aggregate& aggregate, const Definition& definition,
                    const CreateOptions& options) {
  const char* table = qualified_name(aggregate.materialization);
  const char* bucket = quoted_column(aggregate.materialization, aggregate.bucket_column);
  execute(psprintf("CREATE INDEX ON %s (%s DESC)", table, bucket));
  if (!options.create_group_indexes) return;
  ListCell* cell;
  foreach (cell, definition.query->groupClause) {
    const auto* group = lfirst_node(SortGroupClause, cell);
    const auto* target =
        get_sortgroupclause_tle(const_cast<SortGroupClause*>(group), definition.query->targetList);
    if (target->resjunk || target->resno == definition.bucket_column ||
        !OidIsValid(group->sortop)) {
      continue;
    }
    execute(psprintf("CREATE INDEX ON %s (%s, %s DESC)", table,
                     quoted_column(aggregate.materialization, target->resno), bucket));
  }
}

/// A view of ours that reads with the rights of the aggregate's owner.
Oid create_part(const char* name, Query* query) {
  const char* text = text_of(query);
  execute(psprintf("CREATE VIEW _timescaledb_internal.%s AS %s", name, text));
  execute(psprintf("ALTER VIEW _timescaledb_internal.%s OWNER TO %s", name, owner_name()));
  return get_relname_relid(name, get_namespace_oid("_timescaledb_internal", false));
}

void create_view(const RangeVar& name, const Aggregate& aggregate) {
  // As the user, who needs the right to create it.
  const char* schema = get_namespace_name(RangeVarGetCreationNamespace(&name));
  const char* statement =
      psprintf("CREATE VIEW %s AS %s", quote_qualified_identifier(schema, name.relname),
               select_of(aggregate, aggregate.materialized_only));
  if (SPI_execute(statement, false, 0) != SPI_OK_UTILITY) elog(ERROR, "%s failed", statement);
}

Aggregate create_parts(const RangeVar& name, Definition& definition, const CreateOptions& options) {
  Aggregate aggregate = {};
  const char* temporary = psprintf("_materialized_hypertable_of_%d", MyProcPid);
  aggregate.materialization = create_table(*definition.query, temporary);
  aggregate.bucket_column = definition.bucket_column;
  aggregate.bucket_width = definition.bucket.width;
  aggregate.materialized_only = options.materialized_only;
  aggregate.source = definition.source;
  aggregate.source_id =
      pg::entry([&] { return catalog::cached_hypertable(definition.source)->id; });
  aggregate.id = make_hypertable(aggregate.materialization, options, definition);
  execute(psprintf("ALTER TABLE _timescaledb_internal.%s RENAME TO _materialized_hypertable_%d",
                   temporary, aggregate.id));
  create_indexes(aggregate, definition, options);

  aggregate.definition = create_part(psprintf("_direct_view_%d", aggregate.id), definition.query);
  bound_time(definition, watermark_call(aggregate.id, definition.bucket.type), nullptr);
  aggregate.recent = create_part(psprintf("_partial_view_%d", aggregate.id), definition.query);
  create_view(name, aggregate);
  aggregate.relation = get_relname_relid(name.relname, RangeVarGetCreationNamespace(&name));
  return aggregate;
}

bool exists_already(const CreateTableAsStmt& statement) {
  const RangeVar& name = *statement.into->rel;
  const Oid schema = RangeVarGetCreationNamespace(&name);
  if (!OidIsValid(get_relname_relid(name.relname, schema))) return false;
  if (!statement.if_not_exists) {
    ereport(ERROR, (errcode(ERRCODE_DUPLICATE_TABLE),
                    errmsg("relation \"%s\" already exists", name.relname)));
  }
  ereport(NOTICE, (errcode(ERRCODE_DUPLICATE_TABLE),
                   errmsg("relation \"%s\" already exists, skipping", name.relname)));
  return true;
}

void check_statement(const CreateTableAsStmt& statement) {
  const IntoClause& into = *statement.into;
  if (into.accessMethod != nullptr || into.tableSpaceName != nullptr) {
    ereport(ERROR, (errcode(ERRCODE_FEATURE_NOT_SUPPORTED),
                    errmsg("a continuous aggregate is created without USING and TABLESPACE"),
                    errdetail("Its results are in chunks of a hypertable of their own.")));
  }
}

std::int32_t create(const CreateTableAsStmt& statement) {
  const CreateOptions options = create_options(statement.into->options);
  auto* query = static_cast<Query*>(copyObject(castNode(Query, statement.query)));
  rename_columns(*query, statement.into->colNames);
  Definition definition = check_definition(query);
  // Whoever writes rows without logging them, since there was no aggregate when the statement was
  // planned, has ended once this is granted; and the next one sees the aggregate.
  LockRelationOid(definition.source, ShareRowExclusiveLock);

  const Aggregate aggregate = create_parts(*statement.into->rel, definition, options);
  AggregateTable::insert(aggregate);
  tie_together(aggregate);
  return aggregate.id;
}

void create_materialized_view(ddl::Utility& utility) {
  const auto* statement = castNode(CreateTableAsStmt, utility.statement());
  if (statement->objtype != OBJECT_MATVIEW || !asks_for_aggregate(statement->into->options)) {
    utility.proceed();
    return;
  }
  const bool with_data = !statement->into->skipData;
  if (with_data) {
    PreventInTransactionBlock(utility.context == PROCESS_UTILITY_TOPLEVEL,
                              "CREATE MATERIALIZED VIEW ... WITH DATA of a continuous aggregate");
  }
  check_statement(*statement);
  if (exists_already(*statement)) return;

  SPI_connect_ext(with_data ? SPI_OPT_NONATOMIC : 0);
  const std::int32_t id = create(*statement);
  if (with_data) {
    SPI_commit();
    refresh_all(id);
  }
  SPI_finish();
  if (utility.completion != nullptr) {
    SetQueryCompletion(utility.completion, CMDTAG_CREATE_MATERIALIZED_VIEW, 0);
  }
}

}  // namespace

void install_create() { ddl::on_statement(T_CreateTableAsStmt, create_materialized_view); }

}  // namespace varve::continuous_aggregate
