#pragma once

#include "extension/pg/postgres.h"

namespace varve::chunk {

/// Drops the chunk, as DROP TABLE ... RESTRICT, but with no other lock than AccessExclusiveLock on
/// the chunk: DROP TABLE of a partition locks the parent against everybody. The caller holds
/// AccessShareLock on the parent, and has seen that the user owns it.
///
/// Foreign keys to the hypertable stay; a row that one of them still references is an error 23503.
/// False where the chunk has gone, or is no longer a partition of `parent`, by the time it is
/// locked. C API: run inside pg::call.
bool drop(Oid parent, Oid chunk);

}  // namespace varve::chunk
