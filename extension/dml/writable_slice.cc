#include "extension/dml/writable_slice.h"

#include "extension/chunk/coordinate.h"
#include "extension/chunk/create.h"
#include "extension/chunk/partition_descriptor.h"
#include "extension/chunk/place.h"
#include "extension/chunk/serializable.h"

#include "extension/pg/boundary.h"
extern "C" {
#include <access/htup_details.h>
#include <access/xact.h>
#include <miscadmin.h>
#include <partitioning/partdesc.h>
#include <storage/lmgr.h>
#include <utils/rel.h>
#include <utils/syscache.h>
}

namespace varve::dml {
namespace {

/// What `estate` routes with; made as ExecInitPartitionDispatchInfo() would if there is none yet.
PartitionDesc routing_descriptor(EState& estate, Relation parent) {
  if (estate.es_partition_directory == nullptr) {
    estate.es_partition_directory =
        CreatePartitionDirectory(estate.es_query_cxt, !IsolationUsesXactSnapshot());
  }
  return PartitionDirectoryLookup(estate.es_partition_directory, parent);
}

/// Whether the descriptor is one that nothing has overtaken. An older one may be right about a
/// chunk all the same.
bool is_current(PartitionDesc descriptor, Relation parent) {
  return chunk::partition_descriptor_is_fresh(RelationGetRelid(parent)) &&
         RelationGetPartitionDesc(parent, true) == descriptor;
}

/// A reader may have a snapshot that is too old for the chunk, but not for our rows.
void look_for_readers(Relation parent, Oid chunk) {
  if (!IsolationIsSerializable()) return;
  HeapTuple tuple = SearchSysCache1(RELOID, ObjectIdGetDatum(chunk));
  if (!HeapTupleIsValid(tuple)) elog(ERROR, "cache lookup failed for relation %u", chunk);
  chunk::before_writing(parent, HeapTupleHeaderGetXmin(tuple->t_data));
  ReleaseSysCache(tuple);
}

/// False where, once the lock is granted, the chunk is gone, or is no longer what the descriptor
/// says: others may have dropped it, or cut it in two.
bool lock_for_writing(const chunk::Place& place, PartitionDesc descriptor, Relation parent,
                      Oid type) {
  LockRelationOid(place.chunk, RowExclusiveLock);
  if (!is_current(descriptor, parent) && chunk::stored_slice(place.chunk, type) != place.slice) {
    UnlockRelationOid(place.chunk, RowExclusiveLock);
    return false;
  }
  look_for_readers(parent, place.chunk);
  return true;
}

}  // namespace

std::optional<chunk::Slice> lock_slice_of(EState& estate, Relation parent, Datum value, Oid type) {
  return pg::call([&]() -> std::optional<chunk::Slice> {
    PartitionDesc descriptor = routing_descriptor(estate, parent);
    const chunk::Place place = chunk::place_of(descriptor, parent, value, type);
    if (!OidIsValid(place.chunk)) return std::nullopt;
    if (!lock_for_writing(place, descriptor, parent, type)) return std::nullopt;
    return place.slice;
  });
}

void provide_chunk(Relation parent, const catalog::Hypertable& hypertable, Datum value, Oid type) {
  chunk::ensure(parent, hypertable, chunk::coordinate_of(value, type));
  pg::call([&] {
    CHECK_FOR_INTERRUPTS();
    chunk::fresh_partition_descriptor(parent);
  });
}

}  // namespace varve::dml
