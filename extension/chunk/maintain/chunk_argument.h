#pragma once

#include "extension/catalog/chunk_table.h"
#include "extension/catalog/hypertable_table.h"

#include "extension/pg/postgres.h"
extern "C" {
#include <storage/lockdefs.h>
}

namespace varve::chunk {

/// A chunk that a function of this folder is to work on, and the hypertable it belongs to.
struct OwnChunk {
  catalog::Chunk chunk;
  catalog::Hypertable hypertable;
};

/// The chunk that `relation` names. Throws 22023 for a null argument, 42P01 where there is no such
/// relation, TS003 where it is no chunk.
catalog::Chunk some_chunk(NullableDatum relation);

/// The chunk that `relation` names, whose hypertable the user owns. `function` is the caller's
/// name, for errors. Takes no lock.
///
/// Throws 22023 for a null argument, 25006 in a read-only transaction, 42P01 where there is no such
/// relation, TS003 where it is no chunk, 42501 for others than the owner.
OwnChunk own_chunk(NullableDatum relation, const char* function);

/// Locks the hypertable until the end of the transaction, then looks again: the chunk as it is now.
/// TS003 where it is gone.
OwnChunk lock_hypertable_of(const OwnChunk& known, LOCKMODE mode);

/// The chunk as it is now, once it is locked itself. TS003 where it is gone.
OwnChunk current(const OwnChunk& known);

/// Throws 0A000 for a chunk that shares its slice with others, by hash of a second dimension.
void require_whole_slice(const OwnChunk& chunk, const char* function);

/// Throws 0A000 unless the rows of a table, a chunk or one that is to become one, are in an
/// ordinary heap or in columns.
void require_rows_or_columns(Oid table, const char* function);

}  // namespace varve::chunk
