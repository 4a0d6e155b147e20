// show_chunk(), create_chunk() and chunk_id_from_relid(), for scripts.
#include "extension/catalog/chunk_table.h"
#include "extension/catalog/hypertable_table.h"
#include "extension/chunk/attach.h"
#include "extension/chunk/coordinate.h"
#include "extension/chunk/create.h"
#include "extension/chunk/maintain/attach_chunk.h"
#include "extension/chunk/maintain/chunk_argument.h"
#include "extension/chunk/maintain/slice_json.h"
#include "extension/chunk/parent_mark.h"
#include "extension/hypertable/arguments.h"

#include "extension/pg/boundary.h"
#include "extension/pg/sqlstate.h"
extern "C" {
#include <access/table.h>
#include <access/xact.h>
#include <catalog/namespace.h>
#include <catalog/pg_class.h>
#include <catalog/pg_type.h>
#include <commands/tablecmds.h>
#include <miscadmin.h>
#include <storage/lmgr.h>
#include <tcop/utility.h>
#include <utils/builtins.h>
#include <utils/lsyscache.h>
#include <utils/timestamp.h>
}

namespace varve::chunk {
namespace {

constexpr const char* kFunction = "create_chunk()";

// --- create_chunk()

/// How the new chunk is to be called; null: as any.
struct Wanted {
  const char* schema;
  const char* name;
};

const char* name_argument(FunctionCallInfo fcinfo, int position) {
  return PG_ARGISNULL(position) ? nullptr : NameStr(*PG_GETARG_NAME(position));
}

void require_undivided(const catalog::Hypertable& hypertable) {
  if (hypertable.space_partitions == 0) return;
  throw pg::SqlError(ERRCODE_FEATURE_NOT_SUPPORTED,
                     "create_chunk() works on hypertables of one dimension",
                     "Those of two make all chunks of a slice together, as rows arrive.");
}

/// The catalog's row with the schema that the chunk is to lie in.
catalog::Hypertable with_schema(const catalog::Hypertable& hypertable, const Wanted& wanted) {
  catalog::Hypertable row = hypertable;
  if (wanted.schema == nullptr) return row;
  pg::call([&] {
    get_namespace_oid(wanted.schema, false);
    namestrcpy(&row.chunk_schema, wanted.schema);
  });
  return row;
}

Oid make(const catalog::Hypertable& hypertable, Slice slice, const Wanted& wanted) {
  Relation parent = pg::call([&] {
    Relation table = table_open(hypertable.relation, NoLock);
    hold_parent_mark(table);
    return table;
  });
  const Oid chunk = create_table(parent, with_schema(hypertable, wanted), slice);
  if (wanted.name != nullptr) {
    pg::call([&] {
      RenameRelationInternal(chunk, wanted.name, true, false);
      CommandCounterIncrement();
    });
  }
  attach(parent, hypertable, chunk, slice);
  pg::call([&] { table_close(parent, NoLock); });
  return chunk;
}

/// A table keeps its name and place.
void require_same_name(Oid table, const Wanted& wanted) {
  const bool is_same = pg::call([&] {
    const char* name = get_rel_name(table);
    if (name == nullptr) return true;  // reported by who looks for it
    return (wanted.name == nullptr || strcmp(wanted.name, name) == 0) &&
           (wanted.schema == nullptr ||
            strcmp(wanted.schema, get_namespace_name(get_rel_namespace(table))) == 0);
  });
  if (is_same) return;
  throw pg::SqlError(ERRCODE_INVALID_PARAMETER_VALUE,
                     "a table that becomes a chunk keeps its name and schema", {},
                     "Rename it before, or leave the names out.");
}

/// The chunk that holds the very slice; nothing where it is free, TS503 where another one overlaps.
std::optional<catalog::Chunk> existing_chunk(const catalog::Hypertable& hypertable, Slice slice) {
  const auto chunks = catalog::ChunkTable::of_hypertable(hypertable.id);
  for (std::size_t i = 0; i < chunks.count; ++i) {
    if (chunks.rows[i].slice == slice) return chunks.rows[i];
  }
  require_free(hypertable, slice);
  return std::nullopt;
}

/// The chunk, and whether it has been made.
std::pair<Oid, bool> create_chunk(FunctionCallInfo fcinfo) {
  hypertable::require_argument(fcinfo, 0, "the hypertable");
  hypertable::require_argument(fcinfo, 1, "the slices");
  pg::call([&] { PreventCommandIfReadOnly(kFunction); });
  const Oid relation = PG_GETARG_OID(0);
  const Wanted wanted = {name_argument(fcinfo, 2), name_argument(fcinfo, 3)};
  require_undivided(own_hypertable(relation));
  if (!PG_ARGISNULL(4)) {
    require_same_name(PG_GETARG_OID(4), wanted);
    attach_chunk(relation, PG_GETARG_OID(4), PG_GETARG_DATUM(1));
    return {PG_GETARG_OID(4), true};
  }
  // Against writers, who may be about to make a chunk in that very range.
  pg::call([&] { LockRelationOid(relation, ShareRowExclusiveLock); });
  const catalog::Hypertable hypertable = own_hypertable(relation);
  require_undivided(hypertable);
  require_json_slices(hypertable, kFunction);
  const Slice slice = pg::call([&] { return slice_of_json(PG_GETARG_DATUM(1), hypertable); });
  if (const auto chunk = existing_chunk(hypertable, slice)) return {chunk->relation, false};
  return {make(hypertable, slice, wanted), true};
}

// --- What is known of a chunk

/// The row of a chunk, with whether it has been made where `created` is given.
Datum described(FunctionCallInfo fcinfo, const catalog::Chunk& chunk, const bool* created) {
  const auto hypertable = catalog::HypertableTable::find_by_id(chunk.hypertable_id);
  const char* name = pg::call([&] { return get_rel_name(chunk.relation); });
  const char* schema =
      pg::call([&] { return get_namespace_name(get_rel_namespace(chunk.relation)); });
  Datum values[] = {Int32GetDatum(chunk.id),
                    Int32GetDatum(chunk.hypertable_id),
                    hypertable::name_datum(schema),
                    hypertable::name_datum(name),
                    CharGetDatum(pg::call([&] { return get_rel_relkind(chunk.relation); })),
                    pg::call([&] { return json_of_slice(chunk, *hypertable); }),
                    BoolGetDatum(created != nullptr && *created)};
  return hypertable::row_result(fcinfo, values);
}

}  // namespace
}  // namespace varve::chunk

// show_chunk(chunk regclass) returns table(chunk_id, hypertable_id, schema_name, table_name,
// relkind,
//   slices)
VARVE_SQL_FUNCTION(varve_show_chunk) {
  return varve::chunk::described(fcinfo, varve::chunk::some_chunk(fcinfo->args[0]), nullptr);
}

// create_chunk(hypertable regclass, slices jsonb, schema_name name, table_name name,
//   chunk_table regclass) returns table(..., created boolean)
VARVE_SQL_FUNCTION(varve_create_chunk) {
  const auto [relation, created] = varve::chunk::create_chunk(fcinfo);
  return varve::chunk::described(fcinfo, *varve::catalog::ChunkTable::find(relation), &created);
}

// chunk_id_from_relid(relid oid) returns integer
VARVE_SQL_FUNCTION(varve_chunk_id_from_relid) {
  PG_RETURN_INT32(varve::chunk::some_chunk(fcinfo->args[0]).id);
}
