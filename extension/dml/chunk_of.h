#pragma once

#include <concepts>
#include <cstdint>

#include "extension/catalog/hypertable_table.h"
#include "extension/chunk/slice.h"

#include "extension/pg/postgres.h"
extern "C" {
#include <nodes/execnodes.h>
#include <partitioning/partdesc.h>
#include <utils/rel.h>
}

// Finding the chunk of a row in the very partition descriptor that a statement routes with, so that
// a chunk made meanwhile by a nested function, by another session or by another part of the same
// statement needs no bookkeeping of ours. C++ in the sense of boundary.h; errors are exceptions.
namespace varve::dml {

/// The chunk that holds one value of the primary dimension.
struct Found {
  Oid chunk;  // InvalidOid: there is none
  chunk::Slice slice;
};

/// A bool that holds for [slice.begin, slice.end) is `contains`.
inline bool contains(chunk::Slice slice, std::int64_t value) {
  return value >= slice.begin && value < slice.end;
}

/// The descriptor of `parent` that `estate` routes with; made if it has none yet.
PartitionDesc routing_descriptor(EState& estate, Relation parent);

/// Looks `value`, of the dimension's base type `type`, up in `descriptor`.
Found find_chunk(PartitionDesc descriptor, Relation parent, Datum value, Oid type);

/// Locks the chunk for writing until the transaction ends. False where it is gone by then, dropped
/// or detached by another session: the descriptor that named it is outdated.
bool lock_for_writing(Oid chunk);

/// The slice around `value`, whose chunk exists, is locked for writing, and is one that `estate`
/// routes to. Calls `replace_routing()` whenever that takes a new descriptor.
template <std::invocable Replace>
chunk::Slice writable_slice(EState& estate, Relation parent, const catalog::Hypertable& hypertable,
                            Datum value, Oid type, Replace&& replace_routing);

/// Makes the chunk for `value`. What else writable_slice() does between two look-ups.
void make_chunk(Relation parent, const catalog::Hypertable& hypertable, Datum value, Oid type);
void refresh(Relation parent);

template <std::invocable Replace>
chunk::Slice writable_slice(EState& estate, Relation parent, const catalog::Hypertable& hypertable,
                            Datum value, Oid type, Replace&& replace_routing) {
  for (;;) {
    const Found found = find_chunk(routing_descriptor(estate, parent), parent, value, type);
    if (OidIsValid(found.chunk) && lock_for_writing(found.chunk)) return found.slice;
    if (!OidIsValid(found.chunk)) make_chunk(parent, hypertable, value, type);
    refresh(parent);
    replace_routing();
  }
}

}  // namespace varve::dml
