// The operator "chunk < time".
#include <string>

#include "extension/catalog/chunk_table.h"
#include "extension/catalog/hypertable_table.h"
#include "extension/chunk/bound.h"

#include "extension/pg/boundary.h"
#include "extension/pg/sqlstate.h"
extern "C" {
#include <utils/lsyscache.h>
}

namespace varve::chunk {
namespace {

catalog::Chunk require_chunk(Oid relation) {
  if (const auto row = catalog::ChunkTable::find(relation)) return *row;
  const char* name = pg::call([&] { return get_rel_name(relation); });
  throw pg::SqlError(pg::kChunkNotExist,
                     "\"" + (name != nullptr ? std::string(name) : std::to_string(relation)) +
                         "\" is not a chunk");
}

}  // namespace
}  // namespace varve::chunk

// ends_by(chunk regclass, time timestamptz) returns boolean
VARVE_SQL_FUNCTION(varve_ends_by) {
  namespace catalog = varve::catalog;
  const auto chunk = varve::chunk::require_chunk(PG_GETARG_OID(0));
  const auto hypertable = catalog::HypertableTable::find_by_id(chunk.hypertable_id);
  const auto time = varve::chunk::range_bound(fcinfo, 1, "time", hypertable.value());
  PG_RETURN_BOOL(chunk.slice.end <= time.value());
}
