#pragma once

#include <concepts>
#include <cstdint>
#include <optional>

#include "extension/catalog/hypertable_table.h"
#include "extension/chunk/slice.h"

#include "extension/pg/postgres.h"
extern "C" {
#include <nodes/execnodes.h>
#include <utils/rel.h>
}

// From the value of a row to a chunk that the row can go to. "Is there a chunk?" is asked of the
// very partition descriptor that the statement routes with; so a chunk made meanwhile by a nested
// function, by another session or by another part of the same statement needs no bookkeeping of
// ours. C++ in the sense of boundary.h: errors are exceptions.
namespace varve::dml {

/// Whether `value` belongs into the chunk of `slice`.
inline bool holds(chunk::Slice slice, std::int64_t value) {
  return value >= slice.begin && value < slice.end;
}

/// The slice of the chunk for `value` that `estate` routes to, once that is locked for writing
/// until the transaction ends. Nothing where there is none, or where another session has dropped
/// it. `type` is the base type of the dimension.
std::optional<chunk::Slice> lock_slice_of(EState& estate, Relation parent, Datum value, Oid type);

/// Makes the chunk for `value` unless it exists by now, and has the relation cache describe it.
void provide_chunk(Relation parent, const catalog::Hypertable& hypertable, Datum value, Oid type);

/// The slice of the chunk for `value`: it exists, is locked, and `estate` routes to it. Calls
/// `replace_routing()` where that takes a new descriptor.
template <std::invocable Replace>
chunk::Slice writable_slice(EState& estate, Relation parent, const catalog::Hypertable& hypertable,
                            Datum value, Oid type, Replace&& replace_routing) {
  for (;;) {
    if (const auto slice = lock_slice_of(estate, parent, value, type)) return *slice;
    provide_chunk(parent, hypertable, value, type);
    replace_routing();
  }
}

}  // namespace varve::dml
