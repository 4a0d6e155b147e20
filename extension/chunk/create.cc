#include "extension/chunk/create.h"

#include "extension/chunk/coordinate.h"
#include "extension/chunk/partition_descriptor.h"

#include "extension/pg/boundary.h"
extern "C" {
#include <access/xact.h>
#include <common/hashfn.h>
#include <miscadmin.h>
#include <partitioning/partbounds.h>
#include <storage/lmgr.h>
#include <utils/inval.h>
#include <utils/lsyscache.h>
#include <utils/partcache.h>
}

namespace varve::chunk {
namespace {

/// What the descriptor says of one value: its chunk, or how much room there is around it.
struct Place {
  Oid chunk;
  std::int64_t end_before;
  std::int64_t begin_after;
};

/// The bound at `position` of the descriptor, as a coordinate.
std::int64_t bound_at(const PartitionBoundInfoData& bounds, int position, Oid type) {
  switch (bounds.kind[position][0]) {
    case PARTITION_RANGE_DATUM_MINVALUE: return extent_of(type).lowest;
    case PARTITION_RANGE_DATUM_MAXVALUE: return extent_of(type).highest;
    default: return coordinate_of(bounds.datums[position][0], type);
  }
}

Place place_of(Relation parent, std::int64_t value, Oid type) {
  const Extent extent = extent_of(type);
  Place place = {InvalidOid, extent.lowest, extent.highest};
  const PartitionDescData* descriptor = fresh_partition_descriptor(parent);
  if (descriptor->nparts == 0) return place;

  const PartitionBoundInfoData& bounds = *descriptor->boundinfo;
  PartitionKey key = RelationGetPartitionKey(parent);
  Datum datum = datum_of(value, type);
  bool is_equal = false;
  const int before = partition_range_datum_bsearch(key->partsupfunc, key->partcollation,
                                                   descriptor->boundinfo, 1, &datum, &is_equal);
  // indexes[i] is the partition that ends at bound i: ours ends at the first bound after the value.
  const int index = bounds.indexes[before + 1];
  if (index >= 0) place.chunk = descriptor->oids[index];
  if (before >= 0) place.end_before = bound_at(bounds, before, type);
  if (before + 1 < bounds.ndatums) place.begin_after = bound_at(bounds, before + 1, type);
  return place;
}

/// Until the end of the transaction. An INSERT into the same slice waits, no other does.
void lock_slice(Oid relation, Slice slice) {
  // The fourth field keeps the tag apart from pg_advisory_lock()'s, which has 1 or 2 there. Two
  // slices with the same hash wait for each other in vain, and nothing worse.
  LOCKTAG tag;
  SET_LOCKTAG_ADVISORY(
      tag, MyDatabaseId, relation,
      hash_bytes(reinterpret_cast<const unsigned char*>(&slice.begin), sizeof slice.begin), 77);
  LockAcquire(&tag, ExclusiveLock, false, false);
  AcceptInvalidationMessages();
}

}  // namespace

Oid ensure(Relation parent, const catalog::Hypertable& hypertable, std::int64_t value) {
  const catalog::Hypertable row = hypertable;  // an invalidation may free the cached one
  const Oid type = pg::call([&] {
    if (!CheckRelationLockedByMe(parent, RowExclusiveLock, true)) {
      elog(ERROR, "a chunk of \"%s\" is made without a lock on it",
           RelationGetRelationName(parent));
    }
    return getBaseType(row.column_type);
  });
  const Extent extent = extent_of(type);
  const Slice cell =
      slice_of(value, row.chunk_interval, grid_origin_of(type), extent.lowest, extent.highest);

  Place place = pg::call([&] { return place_of(parent, value, type); });
  if (OidIsValid(place.chunk)) return place.chunk;
  // Now it exists in no other session or is committed: look again.
  place = pg::call([&] {
    lock_slice(RelationGetRelid(parent), cell);
    return place_of(parent, value, type);
  });
  if (OidIsValid(place.chunk)) return place.chunk;

  const Slice slice = cut(cell, place.end_before, place.begin_after);
  const Oid chunk = create_table(parent, row, slice);
  attach(parent, row, chunk, slice);
  return chunk;
}

}  // namespace varve::chunk
