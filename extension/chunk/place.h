#pragma once

#include <optional>

#include "extension/chunk/slice.h"

#include "extension/pg/postgres.h"
extern "C" {
#include <partitioning/partdesc.h>
#include <utils/rel.h>
}

namespace varve::chunk {

/// Where a value lies among the chunks of a hypertable.
struct Place {
  Oid chunk;    // InvalidOid: no chunk holds it
  Slice slice;  // of the chunk; without one the gap between its neighbours
};

/// The place of `value`, of the dimension's base type `type`, in `descriptor`. C API.
Place place_of(PartitionDesc descriptor, Relation parent, Datum value, Oid type);

/// The slice that the catalog has for the chunk now; nothing where it is no partition. Costs a
/// catalog look-up and the reading of an expression. C API.
std::optional<Slice> stored_slice(Oid chunk, Oid type);

/// The values between a bound of a list of partitions and the one before it. `position` is that of
/// the bound, from 1 on.
Slice range_before(const PartitionBoundInfoData& bounds, int position, Oid type);

}  // namespace varve::chunk
