#include "extension/dml/chunk_of.h"

#include "extension/chunk/coordinate.h"
#include "extension/chunk/create.h"
#include "extension/chunk/partition_descriptor.h"

#include "extension/pg/boundary.h"
extern "C" {
#include <access/xact.h>
#include <catalog/pg_class.h>
#include <miscadmin.h>
#include <partitioning/partbounds.h>
#include <storage/lmgr.h>
#include <utils/partcache.h>
#include <utils/syscache.h>
}

namespace varve::dml {
namespace {

std::int64_t bound(const PartitionBoundInfoData& bounds, int position, Oid type) {
  switch (bounds.kind[position][0]) {
    case PARTITION_RANGE_DATUM_MINVALUE: return chunk::extent_of(type).lowest;
    case PARTITION_RANGE_DATUM_MAXVALUE: return chunk::extent_of(type).highest;
    default: return chunk::coordinate_of(bounds.datums[position][0], type);
  }
}

}  // namespace

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
  if (descriptor->nparts == 0) return {};
  const PartitionBoundInfoData& bounds = *descriptor->boundinfo;
  PartitionKey key = RelationGetPartitionKey(parent);
  const int before = pg::call([&] {
    bool is_equal = false;
    return partition_range_datum_bsearch(key->partsupfunc, key->partcollation,
                                         descriptor->boundinfo, 1, &value, &is_equal);
  });
  // indexes[i] is the partition that ends at bound i, or -1 for a gap.
  const int index = bounds.indexes[before + 1];
  if (index < 0) return {};
  return {descriptor->oids[index], {bound(bounds, before, type), bound(bounds, before + 1, type)}};
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
