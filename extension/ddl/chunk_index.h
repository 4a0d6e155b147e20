#pragma once

#include "extension/pg/postgres.h"

// The parts that chunks have of an index. All is C API.
namespace varve::ddl {

/// Gives all partitions of `table` their parts of `index`, in this transaction, and marks it valid.
/// Locks what CREATE INDEX does.
void add_index_parts(Oid table, Oid index);

// The others work while sessions write. They are called in a transaction that has done nothing yet
// and has no active snapshot, and end in another such.

/// How to build: CONCURRENTLY, or with ShareLock on the one chunk.
enum class Build { kConcurrent, kLocking };

/// Sees to it that `partition`, a chunk or a partitioned part of the hypertable, has a valid part
/// of the index of its parent that belongs to `root_index`. What a failed attempt has left is
/// removed; a like index that the chunk has already is taken. False where there was nothing to do,
/// or the chunk has gone.
bool ensure_chunk_index(Oid partition, Oid root_index, Build build);

/// Drops a partition's part of an index, with its own parts if it has any. Queries and writers go
/// on. Nothing happens where it has gone.
void drop_chunk_index(Oid index);

/// Drops an index that nothing depends on, under PERFORM_DELETION_* flags.
void perform_drop(Oid index, int flags);

/// Ends the transaction and begins another.
void next_transaction();

}  // namespace varve::ddl
