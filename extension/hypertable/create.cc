#include "extension/hypertable/create.h"

#include <optional>
#include <string>

#include "extension/catalog/hypertable_table.h"
#include "extension/chunk/create.h"
#include "extension/hypertable/convert.h"
#include "extension/hypertable/default_index.h"
#include "extension/hypertable/default_interval.h"
#include "extension/hypertable/eligibility.h"
#include "extension/hypertable/migrate.h"
#include "extension/hypertable/space_dimension.h"

#include "extension/pg/alter_relation.h"
#include "extension/pg/boundary.h"
#include "extension/pg/sqlstate.h"
extern "C" {
#include <access/table.h>
#include <access/tableam.h>
#include <access/xact.h>
#include <catalog/namespace.h>
#include <catalog/pg_namespace.h>
#include <commands/schemacmds.h>
#include <commands/tablecmds.h>
#include <executor/tuptable.h>
#include <miscadmin.h>
#include <nodes/makefuncs.h>
#include <nodes/parsenodes.h>
#include <tcop/utility.h>
#include <utils/acl.h>
#include <utils/lsyscache.h>
#include <utils/snapmgr.h>
}

namespace varve::hypertable {
namespace {

constexpr const char* kOwnSchema = "_timescaledb_internal";

/// What chunk names add to their prefix, at most.
constexpr std::size_t kLongestSuffix = sizeof("_2147483647_chunk") - 1;

std::string table_name(Oid relation) {
  const char* name = pg::call([&] { return get_rel_name(relation); });
  return name == nullptr ? std::string() : "\"" + std::string(name) + "\"";
}

/// The answer where `relation` is a hypertable already; throws unless that is welcome.
std::optional<CreateResult> existing(const CreateRequest& request) {
  const auto row = catalog::HypertableTable::find(request.relation);
  if (!row) return std::nullopt;
  const std::string message = "table " + table_name(request.relation) + " is already a hypertable";
  if (!request.if_not_exists) throw pg::SqlError(pg::kHypertableExists, message);
  pg::call([&] { ereport(NOTICE, (errmsg("%s, skipping", message.c_str()))); });
  return CreateResult{row->id, false};
}

void set_name(NameData& name, const std::string& text) {
  name = {};
  text.copy(NameStr(name), NAMEDATALEN - 1);
}

NameData prefix_of(const CreateRequest& request, std::int32_t id) {
  const std::string prefix =
      request.chunk_prefix != nullptr ? request.chunk_prefix : "_hyper_" + std::to_string(id);
  if (prefix.empty() || prefix.size() + kLongestSuffix >= NAMEDATALEN) {
    throw pg::SqlError(ERRCODE_INVALID_PARAMETER_VALUE,
                       "associated_table_prefix must have 1 to " +
                           std::to_string(NAMEDATALEN - 1 - kLongestSuffix) + " bytes");
  }
  NameData name;
  set_name(name, prefix);
  return name;
}

/// Makes the schema for chunks where it is missing, for the table's owner: in a schema other than
/// ours, chunks are made with the owner's rights.
NameData chunk_schema_of(const CreateRequest& request, Oid owner) {
  NameData name;
  set_name(name, request.chunk_schema != nullptr ? request.chunk_schema : kOwnSchema);
  pg::call([&] {
    if (strcmp(NameStr(name), kOwnSchema) == 0) return;
    if (!OidIsValid(get_namespace_oid(NameStr(name), true))) {
      CreateSchemaStmt* statement = makeNode(CreateSchemaStmt);
      statement->schemaname = pstrdup(NameStr(name));
      statement->authrole = makeNode(RoleSpec);
      statement->authrole->roletype = ROLESPEC_CSTRING;
      statement->authrole->rolename = GetUserNameFromId(owner, false);
      statement->authrole->location = -1;
      CreateSchemaCommand(statement, "(made by create_hypertable)", -1, -1);
      CommandCounterIncrement();
    }
    const Oid schema = get_namespace_oid(NameStr(name), false);
    const AclResult access = pg_namespace_aclcheck(schema, owner, ACL_CREATE);
    if (access != ACLCHECK_OK) aclcheck_error(access, OBJECT_SCHEMA, NameStr(name));
  });
  return name;
}

bool has_rows(Relation table) {
  return pg::call([&] {
    Snapshot snapshot = RegisterSnapshot(GetLatestSnapshot());
    TupleTableSlot* slot = table_slot_create(table, nullptr);
    TableScanDesc scan = table_beginscan(table, snapshot, 0, nullptr);
    const bool found = table_scan_getnextslot(scan, ForwardScanDirection, slot);
    table_endscan(scan);
    ExecDropSingleTupleTableSlot(slot);
    UnregisterSnapshot(snapshot);
    return found;
  });
}

/// Refuses NULLs among the rows, with core's own error.
void set_not_null(Relation table, const Dimension& dimension, bool announce) {
  if (TupleDescAttr(RelationGetDescr(table), dimension.column - 1)->attnotnull) return;
  pg::call([&] {
    if (announce) {
      ereport(NOTICE,
              (errmsg("adding not-null constraint to column \"%s\"", NameStr(dimension.name)),
               errdetail("The time column of a hypertable cannot hold nulls.")));
    }
    AlterTableCmd* command = makeNode(AlterTableCmd);
    command->subtype = AT_SetNotNull;
    command->name = pstrdup(NameStr(dimension.name));
    pg::alter_relation(RelationGetRelid(table), list_make1(command));
    CommandCounterIncrement();
  });
}

void warn(const CreateRequest& request, const Dimension& dimension) {
  pg::call([&] {
    if (dimension.type == DimensionType::kTimestamp) {
      ereport(WARNING,
              (errmsg("column \"%s\" has no time zone", NameStr(dimension.name)),
               errhint("Use timestamptz, unless all readers and writers share a time zone.")));
    }
    if (looks_mistaken(dimension.type, request.width)) {
      ereport(WARNING, (errmsg("chunk interval is shorter than a second"),
                        errhint("An integer counts microseconds.")));
    }
  });
}

catalog::Hypertable describe(const CreateRequest& request, Relation table,
                             const Dimension& dimension) {
  catalog::Hypertable row = {};
  row.relation = request.relation;
  row.column = dimension.name;
  row.column_type = dimension.type_oid;
  row.chunk_interval = request.width.form == RequestedWidth::Form::kDefault
                           ? default_interval(dimension.type, chosen_default())
                           : chunk_interval(dimension.type, request.width);
  row.chunk_schema = chunk_schema_of(request, table->rd_rel->relowner);
  row.id = catalog::HypertableTable::next_id();
  row.chunk_prefix = prefix_of(request, row.id);
  return row;
}

void register_hypertable(const catalog::Hypertable& row, Relation table) {
  catalog::HypertableTable::insert(row);
  const Datum options = pg::call([&] { return storage_options_of(table); });
  if (options != 0) catalog::HypertableTable::set_storage_options(row.id, options);
}

void attach_all(const catalog::Hypertable& row, const LoadedChunks& chunks) {
  Relation table = pg::call([&] { return table_open(row.relation, NoLock); });
  for (std::size_t i = 0; i < chunks.count; ++i) {
    chunk::attach(table, row, chunks.all[i].table, chunks.all[i].slice);
  }
  pg::call([&] { table_close(table, NoLock); });
}

/// Rows that were there have been moved into slices that are not divided.
void divide(const catalog::Hypertable& row, const Dimension& dimension,
            const CreateRequest& request) {
  NameData column;
  set_name(column, request.space_column);
  add_space_dimension(row, column, request.space_partitions);
  if (request.default_indexes) create_space_index(row.relation, column, dimension);
}

/// From the exclusive lock on.
CreateResult create_locked(const CreateRequest& request, Relation table) {
  pg::call([&] { CheckTableNotInUse(table, "partition"); });
  const Dimension dimension = find_dimension(table, request.column);
  require_convertible(table, dimension);
  if (request.space_column != nullptr) require_partitions(request.space_partitions);
  warn(request, dimension);
  const bool migrate = has_rows(table);
  if (migrate && !request.migrate_data) {
    throw pg::SqlError(ERRCODE_FEATURE_NOT_SUPPORTED,
                       "table " + table_name(request.relation) + " is not empty", {},
                       "Pass migrate_data => true to move its rows into chunks.");
  }
  const catalog::Hypertable row = describe(request, table, dimension);
  set_not_null(table, dimension, request.announce_not_null);
  register_hypertable(row, table);

  LoadedChunks chunks = {};
  if (migrate) chunks = copy_into_chunks(table, row, dimension.column);
  pg::call([&] {
    table_close(table, NoLock);
    convert_in_place(row.relation, dimension.column);
  });
  if (request.default_indexes) create_default_index(row.relation, dimension);
  if (request.space_column != nullptr) divide(row, dimension, request);
  attach_all(row, chunks);
  return {row.id, true};
}

}  // namespace

CreateResult create(const CreateRequest& request) {
  pg::call([] {
    PreventCommandIfReadOnly("create_hypertable()");
    PreventCommandDuringRecovery("create_hypertable()");
  });
  require_own_table(request.relation);
  if (const auto result = existing(request)) return *result;
  Relation table = pg::call([&] { return table_open(request.relation, AccessExclusiveLock); });
  // Whoever held the lock before us may have changed everything.
  require_own_table(request.relation);
  if (const auto result = existing(request)) {
    pg::call([&] { table_close(table, NoLock); });
    return *result;
  }
  return create_locked(request, table);
}

}  // namespace varve::hypertable
