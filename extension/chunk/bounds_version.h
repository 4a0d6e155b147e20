#pragma once

#include "extension/pg/postgres.h"
extern "C" {
#include <storage/itemptr.h>
}

// PostgreSQL never changes the bound of a partition, and builds its descriptor on that: the list of
// partitions comes from pg_inherits as of now, each bound from the cache of pg_class, which may be
// older. Between the moment at which a transaction becomes visible and that at which others hear of
// what it changed, the two do not fit. Where merge_chunks(), split_chunk() or attach_chunk() have
// given a table that was a chunk before other bounds, a descriptor built in between has a hole or
// an overlap: rows are missed, and a chunk made in the hole stays. So whoever changes bounds gives
// the hypertable a new version of them, in the same transaction, and whoever builds a descriptor
// looks at it.
namespace varve::chunk {

/// The version of the bounds of a hypertable: which row version of pg_partitioned_table is visible.
/// Two of the same hypertable are equal only if no change of bounds was committed in between.
struct BoundsVersion {
  TransactionId maker;
  ItemPointerData place;
};

inline bool operator==(const BoundsVersion& a, const BoundsVersion& b) noexcept {
  return a.maker == b.maker && ItemPointerEquals(const_cast<ItemPointerData*>(&a.place),
                                                 const_cast<ItemPointerData*>(&b.place));
}

/// The version as of now, not as of the last message that arrived. C API.
BoundsVersion bounds_version(Oid parent);

/// Gives the hypertable a new version, visible once the transaction commits. The caller holds a
/// lock on it that conflicts with itself. C API; ends with a new command.
void change_bounds_version(Oid parent);

/// Drops what the cache of pg_class holds of the chunks of `parent`; what is looked up from here on
/// is at least as new as the last bounds_version(). C API.
void forget_bounds(Oid parent);

/// Once, in _PG_init.
void install_bounds_version();

}  // namespace varve::chunk
