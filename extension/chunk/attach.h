#pragma once

#include <cstdint>

#include "extension/chunk/slice.h"

#include "extension/pg/postgres.h"
extern "C" {
#include <nodes/parsenodes.h>
#include <utils/rel.h>
}

// The steps of attach() that are features of their own. All are C API: run inside pg::call, with
// the chunk already linked to its parent and locked exclusively. They end with a new command.
namespace varve::chunk {

/// Gives the chunk every index of the parent, with its constraint where it has one.
void clone_indexes(Relation parent, Relation chunk);

/// Gives the chunk the parent's row triggers, enabled as there.
void clone_row_triggers(Relation parent, Relation chunk);

/// Gives the chunk its part of every foreign key of the parent and of every foreign key to it. An
/// empty chunk needs no check, and neither do rows that the parent has vouched for. Locks the other
/// tables no more than an INSERT that is checked by the key does.
void clone_foreign_keys(Relation parent, Relation chunk, std::int32_t chunk_id);

/// Makes `slice` the bound of the chunk in place of another one. Others see it once the transaction
/// commits. The caller holds a lock on the hypertable that conflicts with itself.
void change_bound(Relation parent, Oid chunk, Slice slice);

/// Stores the bound of a new chunk, and that it is a partition.
void store_bound(Oid chunk, const PartitionBoundSpec& bound);

/// Gives the chunk the replica identity of the parent, which a partition does not inherit.
void copy_replica_identity(Relation parent, Relation chunk);

/// Turns row-level security of the chunk on as far as the parent's is: whoever reads the chunk by
/// its own name meets the policies of the hypertable (chunk/row_security.h).
void copy_row_security(Relation parent, Relation chunk);

}  // namespace varve::chunk
