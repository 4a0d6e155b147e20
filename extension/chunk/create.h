#pragma once

#include "extension/catalog/hypertable_table.h"
#include "extension/chunk/slice.h"

#include "extension/pg/postgres.h"
extern "C" {
#include <datatype/timestamp.h>
#include <nodes/parsenodes.h>
#include <utils/rel.h>
}

// Making chunks, without any lock on the parent beyond the RowExclusiveLock of the statement that
// needs one, as the owner of the hypertable. reference: docs/chunks.md
namespace varve::chunk {

/// Creates the table of a new chunk for `slice`, with the parent's columns, defaults, CHECKs,
/// storage and TOAST table, and registers it in varve_catalog.chunk. It stands alone: rows can be
/// loaded before attach(). `parent` may still be an ordinary table.
///
/// The chunk has no trace of columns that the parent has dropped, so its attribute numbers may
/// differ: rows are converted by name, as for any partition.
Oid create_table(Relation parent, const catalog::Hypertable& hypertable, Slice slice);

/// The same with an id and a time of creation that the caller has chosen.
Oid create_table(Relation parent, const catalog::Hypertable& hypertable, std::int32_t id,
                 Slice slice, TimestampTz created);

/// Creates the table of a slice that is divided further, by hash of the second dimension, without
/// its chunks. `id` is that of its first chunk, and names it.
Oid create_slice_table(Relation parent, const catalog::Hypertable& hypertable, std::int32_t id,
                       Slice slice);

/// Makes the table `chunk` the partition of `parent` that holds `slice`: inheritance, bound,
/// indexes, row triggers, foreign keys both ways. The caller vouches that its rows belong there,
/// and has called hold_parent_mark(), or excludes all others from the parent.
void attach(Relation parent, const catalog::Hypertable& hypertable, Oid chunk, Slice slice);

/// Makes `part`, a table or a slice_table, a partition of `parent` with the stored form of its
/// bound, as attach() does. `id` is that of the chunk, for the names of constraints.
void attach(Relation parent, Oid part, std::int32_t id, const PartitionBoundSpec& bound);
void attach(Relation parent, Oid part, std::int32_t id, Slice slice);

/// A chunk, or a divided slice. One that is not attached stands alone: nobody else sees it.
struct Prepared {
  Oid table;
  Slice slice;
  bool is_attached;
};

/// The chunk that holds `value` (units of Slice), or the table of one to be: the caller may load
/// rows of `slice` into it, and then calls attach(), which builds its indexes at once. Locks as
/// ensure() does. C++ in the sense of boundary.h.
Prepared prepare(Relation parent, const catalog::Hypertable& hypertable, std::int64_t value);

/// The partition of the hypertable that holds `value` (units of Slice), made if it does not exist.
/// Takes the slice's lock, so that two sessions never make the same chunk. Where the hypertable has
/// a second dimension this is the slice, whose chunks are made together with it.
///
/// The caller holds RowExclusiveLock on the parent; whoever changes the chunk interval holds
/// ShareRowExclusiveLock, so that no two sessions cut the same time differently.
Oid ensure(Relation parent, const catalog::Hypertable& hypertable, std::int64_t value);

}  // namespace varve::chunk
