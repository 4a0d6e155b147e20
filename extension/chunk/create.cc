#include "extension/chunk/create.h"

#include "extension/chunk/coordinate.h"
#include "extension/chunk/creation_lock.h"
#include "extension/chunk/divided_slice.h"
#include "extension/chunk/parent_mark.h"
#include "extension/chunk/partition_descriptor.h"
#include "extension/chunk/place.h"

#include "extension/pg/boundary.h"
extern "C" {
#include <common/hashfn.h>
#include <miscadmin.h>
#include <storage/lmgr.h>
#include <utils/inval.h>
#include <utils/lsyscache.h>
}

namespace varve::chunk {
namespace {

Place current_place(Relation parent, std::int64_t value, Oid type) {
  return place_of(fresh_partition_descriptor(parent), parent, datum_of(value, type), type);
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

Prepared prepare(Relation parent, const catalog::Hypertable& hypertable, std::int64_t value) {
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

  Place place = pg::call([&] { return current_place(parent, value, type); });
  if (OidIsValid(place.chunk)) return {place.chunk, place.slice, true};
  // The lock of the slice is the last one that can make us wait for who makes another chunk. Once
  // it is ours, whoever was making this one has committed or given up.
  place = pg::call([&] {
    hold_creation_lock(RelationGetRelid(parent));
    hold_parent_mark(parent);
    lock_slice(RelationGetRelid(parent), cell);
    return current_place(parent, value, type);
  });
  if (OidIsValid(place.chunk)) return {place.chunk, place.slice, true};

  const Slice slice = cut(cell, place.slice.begin, place.slice.end);
  if (row.space_partitions > 0) return {create_divided_slice(parent, row, slice), slice, true};
  return {create_table(parent, row, slice), slice, false};
}

Oid ensure(Relation parent, const catalog::Hypertable& hypertable, std::int64_t value) {
  const catalog::Hypertable row = hypertable;
  const Prepared chunk = prepare(parent, row, value);
  if (!chunk.is_attached) attach(parent, row, chunk.table, chunk.slice);
  return chunk.table;
}

}  // namespace varve::chunk
