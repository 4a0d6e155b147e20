// detach_chunk(): a chunk becomes a table of its own.
#include "extension/catalog/chunk_event.h"
#include "extension/chunk/frozen.h"
#include "extension/chunk/maintain/chunk_argument.h"
#include "extension/chunk/maintain/independent.h"
#include "extension/chunk/unlink.h"

#include "extension/pg/boundary.h"
extern "C" {
#include <access/table.h>
#include <access/xact.h>
#include <catalog/dependency.h>
#include <catalog/pg_class.h>
#include <commands/tablecmds.h>
#include <storage/lmgr.h>
}

namespace varve::chunk {
namespace {

void detach(Oid parent, Oid chunk) {
  Relation table = table_open(chunk, NoLock);
  CheckTableNotInUse(table, "detach chunk");
  table_close(table, NoLock);
  require_unreferenced(chunk);
  leave_incoming_keys(chunk);
  make_independent(chunk);
  unlink_from(parent, chunk);
  deleteDependencyRecordsForSpecific(RelationRelationId, chunk, DEPENDENCY_AUTO, RelationRelationId,
                                     parent);
  CommandCounterIncrement();
}

void detach_chunk(NullableDatum argument) {
  const OwnChunk known = own_chunk(argument, "detach_chunk()");
  // Against DDL on the hypertable, which would go on to a chunk that is none by then.
  lock_hypertable_of(known, ShareUpdateExclusiveLock);
  const Oid relation = known.chunk.relation;
  pg::call([&] { LockRelationOid(relation, AccessExclusiveLock); });
  require_whole_slice(current(known), "detach_chunk()");
  pg::call([&] {
    require_not_frozen(relation, ERRCODE_FEATURE_NOT_SUPPORTED, "detached");
    detach(known.hypertable.relation, relation);
  });
  catalog::announce(known.chunk, catalog::ChunkEvent::kDetached);
  catalog::ChunkTable::remove(relation);
}

}  // namespace
}  // namespace varve::chunk

// detach_chunk(chunk regclass)
VARVE_SQL_FUNCTION(varve_detach_chunk) {
  varve::chunk::detach_chunk(fcinfo->args[0]);
  PG_RETURN_VOID();
}
