// freeze_chunk(), unfreeze_chunk(), drop_chunk() and chunk_status(), for scripts.
#include "extension/chunk/drop.h"
#include "extension/chunk/frozen.h"
#include "extension/chunk/lock_set.h"
#include "extension/chunk/maintain/chunk_argument.h"
#include "extension/chunk/maintain/columns.h"

#include "extension/pg/boundary.h"
#include "extension/pg/sqlstate.h"
extern "C" {
#include <access/table.h>
#include <catalog/pg_class.h>
#include <storage/bufmgr.h>
#include <storage/lmgr.h>
#include <utils/lsyscache.h>
#include <utils/rel.h>
}

namespace varve::chunk {
namespace {

/// Bits of chunk_status(), as scripts know them; one more, 2, stands for a disorder of batches that
/// ours do not have.
enum Status : std::int32_t { kCompressed = 1, kFrozen = 4, kPartial = 8 };

void require_table(Oid chunk) {
  if (pg::call([&] { return get_rel_relkind(chunk); }) == RELKIND_RELATION) return;
  throw pg::SqlError(ERRCODE_FEATURE_NOT_SUPPORTED, "only tables of this server can be frozen");
}

Oid locked(NullableDatum argument, const char* function, LOCKMODE mode) {
  const OwnChunk known = lock_hypertable_of(own_chunk(argument, function), AccessShareLock);
  pg::call([&] { LockRelationOid(known.chunk.relation, mode); });
  require_table(known.chunk.relation);
  return current(known).chunk.relation;
}

void freeze_chunk(NullableDatum argument) {
  const Oid chunk = locked(argument, "freeze_chunk()", ShareRowExclusiveLock);
  pg::call([&] {
    if (!is_frozen(chunk)) freeze(chunk);
  });
}

void unfreeze_chunk(NullableDatum argument) {
  const Oid chunk = locked(argument, "unfreeze_chunk()", AccessExclusiveLock);
  pg::call([&] { unfreeze(chunk); });
}

void drop_chunk(NullableDatum argument) {
  const OwnChunk known = lock_hypertable_of(own_chunk(argument, "drop_chunk()"), AccessShareLock);
  const Oid chunk = known.chunk.relation;
  require_whole_slice(known, "drop_chunk()");
  pg::call([&] { LockRelationOid(chunk, AccessExclusiveLock); });
  require_whole_slice(current(known), "drop_chunk()");
  pg::call([&] {
    require_not_frozen(chunk, ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE, "dropped");
    drop(known.hypertable.relation, chunk, true);
  });
}

/// C API.
std::int32_t status_of(Oid chunk) {
  std::int32_t status = 0;
  if (get_rel_relkind(chunk) != RELKIND_RELATION) return status;
  if (is_columnar(chunk)) {
    Relation table = table_open(chunk, AccessShareLock);
    status = RelationGetNumberOfBlocks(table) > 0 ? kCompressed | kPartial : kCompressed;
    table_close(table, AccessShareLock);
  }
  return is_frozen(chunk) ? status | kFrozen : status;
}

}  // namespace
}  // namespace varve::chunk

// freeze_chunk(chunk regclass) returns boolean
VARVE_SQL_FUNCTION(varve_freeze_chunk) {
  varve::chunk::freeze_chunk(fcinfo->args[0]);
  PG_RETURN_BOOL(true);
}

// unfreeze_chunk(chunk regclass) returns boolean
VARVE_SQL_FUNCTION(varve_unfreeze_chunk) {
  varve::chunk::unfreeze_chunk(fcinfo->args[0]);
  PG_RETURN_BOOL(true);
}

// drop_chunk(chunk regclass) returns boolean
VARVE_SQL_FUNCTION(varve_drop_chunk) {
  varve::chunk::drop_chunk(fcinfo->args[0]);
  PG_RETURN_BOOL(true);
}

// chunk_status(chunk regclass) returns integer
VARVE_SQL_FUNCTION(varve_chunk_status) {
  const Oid chunk = varve::chunk::some_chunk(fcinfo->args[0]).relation;
  PG_RETURN_INT32(varve::pg::call([&] { return varve::chunk::status_of(chunk); }));
}
