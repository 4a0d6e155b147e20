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
#include <catalog/pg_class.h>
#include <miscadmin.h>
#include <partitioning/partdesc.h>
#include <storage/lmgr.h>
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

/// False where the chunk is gone once the lock is granted: the descriptor that named it is
/// outdated.
bool lock_for_writing(Relation parent, Oid chunk) {
  LockRelationOid(chunk, RowExclusiveLock);
  HeapTuple tuple = SearchSysCache1(RELOID, ObjectIdGetDatum(chunk));
  bool is_partition = false;
  if (HeapTupleIsValid(tuple)) {
    is_partition = reinterpret_cast<Form_pg_class>(GETSTRUCT(tuple))->relispartition;
    if (is_partition) chunk::before_writing(parent, HeapTupleHeaderGetXmin(tuple->t_data));
    ReleaseSysCache(tuple);
  }
  if (!is_partition) UnlockRelationOid(chunk, RowExclusiveLock);
  return is_partition;
}

}  // namespace

std::optional<chunk::Slice> lock_slice_of(EState& estate, Relation parent, Datum value, Oid type) {
  return pg::call([&]() -> std::optional<chunk::Slice> {
    const chunk::Place place =
        chunk::place_of(routing_descriptor(estate, parent), parent, value, type);
    if (!OidIsValid(place.chunk) || !lock_for_writing(parent, place.chunk)) return std::nullopt;
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
