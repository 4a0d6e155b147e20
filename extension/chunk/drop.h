#pragma once

#include "extension/pg/postgres.h"

namespace varve::chunk {

/// Drops a chunk, or a slice with its chunks, as DROP TABLE ... RESTRICT, but with no other lock
/// than AccessExclusiveLock on the chunk, which the caller holds: DROP TABLE of a partition locks
/// the parent against everybody. The caller holds AccessShareLock on the parent, has seen that the
/// user owns it, and that the chunk is one of its partitions.
///
/// Foreign keys to the hypertable stay. With `check_references`, a row that one of them still
/// references is an error 23503; otherwise the caller vouches that the rows live on elsewhere in
/// the hypertable. C API: run inside pg::call.
void drop(Oid parent, Oid part, bool check_references);

}  // namespace varve::chunk
