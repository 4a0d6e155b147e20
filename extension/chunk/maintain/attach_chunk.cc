// attach_chunk(): a table becomes a chunk, with its rows.
#include "extension/chunk/maintain/attach_chunk.h"

#include <string>

#include "extension/catalog/chunk_event.h"
#include "extension/catalog/chunk_table.h"
#include "extension/catalog/hypertable_table.h"
#include "extension/chunk/attach.h"
#include "extension/chunk/bounds_version.h"
#include "extension/chunk/maintain/attach_statement.h"
#include "extension/chunk/maintain/chunk_argument.h"
#include "extension/chunk/maintain/ranges.h"
#include "extension/chunk/maintain/slice_json.h"

#include "extension/pg/boundary.h"
#include "extension/pg/sqlstate.h"
extern "C" {
#include <access/table.h>
#include <access/xact.h>
#include <catalog/pg_class.h>
#include <catalog/pg_type.h>
#include <commands/tablecmds.h>
#include <miscadmin.h>
#include <storage/lmgr.h>
#include <tcop/utility.h>
#include <utils/acl.h>
#include <utils/lsyscache.h>
#include <utils/timestamp.h>
}

namespace varve::chunk {
namespace {

constexpr const char* kFunction = "attach_chunk()";

void require_argument(FunctionCallInfo fcinfo, int position, const char* name) {
  if (!PG_ARGISNULL(position)) return;
  throw pg::SqlError(ERRCODE_INVALID_PARAMETER_VALUE, std::string(name) + " must not be null");
}

std::string existing_name(Oid relation) {
  const char* name = pg::call([&] { return get_rel_name(relation); });
  if (name != nullptr) return name;
  throw pg::SqlError(ERRCODE_UNDEFINED_TABLE,
                     "relation with OID " + std::to_string(relation) + " does not exist");
}

void require_owner(Oid relation) {
  pg::call([&] {
    if (pg_class_ownercheck(relation, GetUserId())) return;
    aclcheck_error(ACLCHECK_NOT_OWNER, OBJECT_TABLE, get_rel_name(relation));
  });
}

/// Refuses what PostgreSQL would attach although it cannot be a chunk.
void require_plain_table(Oid relation, Oid parent) {
  const std::string name = existing_name(relation);
  if (pg::call([&] { return get_rel_relkind(relation); }) != RELKIND_RELATION) {
    throw pg::SqlError(ERRCODE_WRONG_OBJECT_TYPE, "\"" + name + "\" is not an ordinary table");
  }
  if (pg::call([&] { return get_rel_relispartition(relation); })) {
    throw pg::SqlError(ERRCODE_FEATURE_NOT_SUPPORTED,
                       "table \"" + name + "\" is a chunk or a partition already");
  }
  require_owner(relation);
  require_rows_or_columns(relation, kFunction);
  if (pg::call([&] { return get_rel_persistence(relation) == get_rel_persistence(parent); }))
    return;
  throw pg::SqlError(ERRCODE_WRONG_OBJECT_TYPE,
                     "table \"" + name +
                         "\" and the hypertable must both be permanent, or both "
                         "unlogged");
}

}  // namespace

catalog::Hypertable own_hypertable(Oid relation) {
  const std::string name = existing_name(relation);
  const auto row = catalog::HypertableTable::find(relation);
  if (!row) {
    throw pg::SqlError(pg::kHypertableNotExist, "table \"" + name + "\" is not a hypertable");
  }
  require_owner(relation);
  return *row;
}

void require_json_slices(const catalog::Hypertable& hypertable, const char* function) {
  if (pg::call([&] { return getBaseType(hypertable.column_type); }) != UUIDOID) return;
  throw pg::SqlError(ERRCODE_FEATURE_NOT_SUPPORTED,
                     std::string(function) + " does not work on a hypertable on a uuid column");
}

void require_free(const catalog::Hypertable& hypertable, Slice slice) {
  const auto chunks = catalog::ChunkTable::of_hypertable(hypertable.id);
  for (std::size_t i = 0; i < chunks.count; ++i) {
    if (!overlap(chunks.rows[i].slice, slice)) continue;
    throw pg::SqlError(pg::kChunkCollision, "the range overlaps that of chunk \"" +
                                                existing_name(chunks.rows[i].relation) + "\"");
  }
}

namespace {

/// As every chunk: it belongs to the owner of the hypertable, and is replicated as that is.
void adopt(Relation parent, Oid table) {
  const Oid owner = parent->rd_rel->relowner;
  Relation relation = table_open(table, AccessExclusiveLock);
  const bool is_foreign = relation->rd_rel->relowner != owner;
  copy_replica_identity(parent, relation);
  copy_row_security(parent, relation);
  table_close(relation, NoLock);
  if (is_foreign) ATExecChangeOwner(table, owner, false, AccessExclusiveLock);
  CommandCounterIncrement();
}

void attach_table(const catalog::Hypertable& hypertable, Oid table, Slice slice) {
  attach_partition(hypertable.relation, getBaseType(hypertable.column_type), table, slice);
  CommandCounterIncrement();
  change_bounds_version(hypertable.relation);  // it may have been a chunk before
  Relation parent = table_open(hypertable.relation, NoLock);
  adopt(parent, table);
  table_close(parent, NoLock);
}

}  // namespace

void attach_chunk(Oid relation, Oid table, Datum slices) {
  pg::call([&] { PreventCommandIfReadOnly(kFunction); });
  require_json_slices(own_hypertable(relation), kFunction);
  require_plain_table(table, relation);
  // Against writers, who may be about to make a chunk in that very range.
  pg::call([&] {
    LockRelationOid(relation, ShareRowExclusiveLock);
    LockRelationOid(table, AccessExclusiveLock);
  });
  const catalog::Hypertable hypertable = own_hypertable(relation);
  require_plain_table(table, relation);
  const Slice slice = pg::call([&] { return slice_of_json(slices, hypertable); });
  require_free(hypertable, slice);
  pg::call([&] { attach_table(hypertable, table, slice); });
  const catalog::Chunk chunk = {catalog::ChunkTable::next_id(), hypertable.id, table, slice,
                                GetCurrentTimestamp()};
  catalog::ChunkTable::insert(chunk);
  catalog::announce(chunk, catalog::ChunkEvent::kAttached);
}

}  // namespace varve::chunk

// attach_chunk(hypertable regclass, chunk regclass, slices jsonb)
VARVE_SQL_FUNCTION(varve_attach_chunk) {
  varve::chunk::require_argument(fcinfo, 0, "the hypertable");
  varve::chunk::require_argument(fcinfo, 1, "the table");
  varve::chunk::require_argument(fcinfo, 2, "the slices");
  varve::chunk::attach_chunk(PG_GETARG_OID(0), PG_GETARG_OID(1), PG_GETARG_DATUM(2));
  PG_RETURN_VOID();
}
