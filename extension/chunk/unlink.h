#pragma once

#include "extension/pg/postgres.h"

// Taking a chunk out of its hypertable: what DETACH PARTITION does, without its lock on the parent.
// AccessExclusiveLock on the chunk is held. C API.
namespace varve::chunk {

/// Whether `chunk` still is a partition of `parent`.
bool is_partition_of(Oid chunk, Oid parent);

/// A row of the chunk, or of a slice's chunks, that a foreign key to the hypertable still
/// references is an error 23503.
void require_unreferenced(Oid part);

/// Takes a chunk, or a slice with its chunks, out of the foreign keys to the hypertable, which
/// stay.
void leave_incoming_keys(Oid part);

/// Afterwards the chunk is a table like any other, whose deletion leaves the parent alone.
void unlink_from(Oid parent, Oid chunk);

/// Drops a trigger that depends on others, or others on it, and nothing else.
void drop_trigger(Oid trigger);

}  // namespace varve::chunk
