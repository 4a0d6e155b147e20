#include "extension/dml/chunk_of.h"

#include "extension/chunk/coordinate.h"
#include "extension/chunk/create.h"
#include "extension/chunk/partition_descriptor.h"
#include "extension/chunk/place.h"

#include "extension/pg/boundary.h"
extern "C" {
#include <access/xact.h>
#include <catalog/pg_class.h>
#include <miscadmin.h>
#include <storage/lmgr.h>
#include <utils/syscache.h>
}

namespace varve::dml {
PartitionDesc routing_descriptor(EState& estate, Relation parent) {
  return pg::call([&] {
    if (estate.es_partition_directory == nullptr) {
      // As ExecInitPartitionDispatchInfo() would.
      estate.es_partition_directory =
          CreatePartitionDirectory(estate.es_query_cxt, !IsolationUsesXactSnapshot());
    }
    return PartitionDirectoryLookup(estate.es_partition_directory, parent);
  });
}

Found find_chunk(PartitionDesc descriptor, Relation parent, Datum value, Oid type) {
  const chunk::Place place =
      pg::call([&] { return chunk::place_of(descriptor, parent, value, type); });
  return {place.chunk, place.slice};
}

bool lock_for_writing(Oid chunk) {
  return pg::call([&] {
    LockRelationOid(chunk, RowExclusiveLock);
    HeapTuple tuple = SearchSysCache1(RELOID, ObjectIdGetDatum(chunk));
    bool is_partition = false;
    if (HeapTupleIsValid(tuple)) {
      is_partition = reinterpret_cast<Form_pg_class>(GETSTRUCT(tuple))->relispartition;
      ReleaseSysCache(tuple);
    }
    if (!is_partition) UnlockRelationOid(chunk, RowExclusiveLock);
    return is_partition;
  });
}

void make_chunk(Relation parent, const catalog::Hypertable& hypertable, Datum value, Oid type) {
  chunk::ensure(parent, hypertable, chunk::coordinate_of(value, type));
}

void refresh(Relation parent) {
  pg::call([&] {
    CHECK_FOR_INTERRUPTS();
    chunk::fresh_partition_descriptor(parent);
  });
}

}  // namespace varve::dml
