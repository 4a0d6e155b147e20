#pragma once

#include "extension/catalog/hypertable_table.h"
#include "extension/chunk/slice.h"

#include "extension/pg/postgres.h"
extern "C" {
#include <nodes/pg_list.h>
#include <utils/rel.h>
}

// A hypertable with a second dimension: each slice is a partitioned table of its own, by hash, and
// its partitions are the chunks. All chunks of a slice are made together, so that whoever finds the
// slice finds them; and they go together. Slices keep the number of chunks that they were made
// with. Those from before there was a second dimension are single chunks.
namespace varve::chunk {

/// Makes the slice with all its chunks, and attaches it. The caller holds the slice's lock.
Oid create_divided_slice(Relation parent, const catalog::Hypertable& hypertable, Slice slice);

/// What of the hypertable `parent` the chunk lies in: itself, or its slice. InvalidOid where it is
/// no longer attached. C API.
Oid part_of_hypertable(Oid chunk, Oid parent);

/// The divided slices of a hypertable. C API.
List* divided_slices_of(Oid parent);

/// The part of an index of the hypertable that a chunk has, or InvalidOid. C API.
Oid index_of_chunk(Oid chunk, Oid index);

}  // namespace varve::chunk
