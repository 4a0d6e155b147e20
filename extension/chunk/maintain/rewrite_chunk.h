#pragma once

#include "extension/chunk/maintain/chunk_argument.h"
#include "extension/chunk/maintain/rewrite.h"

#include "extension/pg/postgres.h"

namespace varve::chunk {

/// What a chunk's files shall become.
struct NewFiles {
  bool ordered;  // by `index`, which becomes the one that the chunk is clustered by
  Oid index;     // of the chunk, or of the hypertable; InvalidOid: the one it is clustered by
  Placement placement;
};

/// Rewrites the chunk: ExclusiveLock on it meanwhile, AccessExclusiveLock for the end, and
/// AccessShareLock on the hypertable, all until the end of the transaction. `level` is that of the
/// message with the figures. The bytes written.
///
/// Throws 42704 where no index is given and none remembered, 42809 or 0A000 for an index that does
/// not serve, or where the chunk is in columns, which have no order of an index, 55006 where this
/// session has the chunk open, 23505 for duplicates in a unique index.
std::int64_t rewrite_chunk(const OwnChunk& chunk, const NewFiles& files, int level,
                           const char* function);

}  // namespace varve::chunk
