#include "extension/chunk/maintain/chunk_argument.h"

#include <string>

#include "extension/catalog/access_method.h"
#include "extension/chunk/maintain/columns.h"
#include "extension/chunk/unlink.h"

#include "extension/pg/boundary.h"
#include "extension/pg/sqlstate.h"
extern "C" {
#include <catalog/pg_am.h>
#include <miscadmin.h>
#include <storage/lmgr.h>
#include <tcop/utility.h>
#include <utils/acl.h>
#include <utils/lsyscache.h>
}

namespace varve::chunk {
namespace {

std::string quoted(Oid relation) {
  const char* name = pg::call([&] { return get_rel_name(relation); });
  return "\"" + (name != nullptr ? std::string(name) : std::to_string(relation)) + "\"";
}

[[noreturn]] void throw_no_chunk(Oid relation) {
  const bool is_hypertable = catalog::HypertableTable::find(relation).has_value();
  throw pg::SqlError(pg::kChunkNotExist, "table " + quoted(relation) + " is not a chunk", {},
                     is_hypertable ? "It is a hypertable: show_chunks() lists its chunks." : "");
}

}  // namespace

catalog::Chunk some_chunk(NullableDatum relation) {
  if (relation.isnull) {
    throw pg::SqlError(ERRCODE_INVALID_PARAMETER_VALUE, "the chunk must not be null");
  }
  const Oid oid = DatumGetObjectId(relation.value);
  if (pg::call([&] { return get_rel_name(oid); }) == nullptr) {
    throw pg::SqlError(ERRCODE_UNDEFINED_TABLE,
                       "relation with OID " + std::to_string(oid) + " does not exist");
  }
  const auto chunk = catalog::ChunkTable::find(oid);
  if (!chunk) throw_no_chunk(oid);
  return *chunk;
}

OwnChunk own_chunk(NullableDatum relation, const char* function) {
  if (!relation.isnull) pg::call([&] { PreventCommandIfReadOnly(function); });
  const catalog::Chunk chunk = some_chunk(relation);
  const auto hypertable = catalog::HypertableTable::find_by_id(chunk.hypertable_id);
  if (!hypertable) throw_no_chunk(chunk.relation);
  if (!pg::call([&] { return pg_class_ownercheck(hypertable->relation, GetUserId()); })) {
    throw pg::SqlError(ERRCODE_INSUFFICIENT_PRIVILEGE,
                       "must be owner of hypertable " + quoted(hypertable->relation));
  }
  return {chunk, *hypertable};
}

OwnChunk current(const OwnChunk& known) {
  const auto chunk = catalog::ChunkTable::find(known.chunk.relation);
  const auto hypertable = catalog::HypertableTable::find_by_id(known.hypertable.id);
  if (!chunk || !hypertable || chunk->hypertable_id != hypertable->id) {
    throw pg::SqlError(pg::kChunkNotExist, "the chunk is no longer there",
                       "Another session has dropped, detached or merged it meanwhile.");
  }
  return {*chunk, *hypertable};
}

OwnChunk lock_hypertable_of(const OwnChunk& known, LOCKMODE mode) {
  pg::call([&] { LockRelationOid(known.hypertable.relation, mode); });
  return current(known);
}

void require_whole_slice(const OwnChunk& chunk, const char* function) {
  const Oid relation = chunk.chunk.relation;
  const bool is_whole =
      pg::call([&] { return is_partition_of(relation, chunk.hypertable.relation); });
  if (is_whole) return;
  throw pg::SqlError(ERRCODE_FEATURE_NOT_SUPPORTED,
                     std::string(function) + " works on chunks of one dimension, and " +
                         quoted(relation) + " shares its range with others");
}

void require_rows_or_columns(Oid table, const char* function) {
  const bool is_known = pg::call(
      [&] { return catalog::access_method_of(table) == HEAP_TABLE_AM_OID || is_columnar(table); });
  if (is_known) return;
  throw pg::SqlError(ERRCODE_FEATURE_NOT_SUPPORTED,
                     std::string(function) + " works on tables of rows or columns, and " +
                         quoted(table) + " has another access method");
}

}  // namespace varve::chunk
