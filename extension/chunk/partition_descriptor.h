#pragma once

#include "extension/pg/postgres.h"
extern "C" {
#include <partitioning/partdesc.h>
#include <utils/rel.h>
}

// PostgreSQL (15 to 18) can keep a partition descriptor that lacks a partition. While it builds
// one, catalog look-ups take locks, and with them invalidation messages. If one of these is about
// the very table, the descriptor under construction is not there yet to be discarded, and is later
// stored as good: until the next message this backend's queries silently miss rows. Where chunks
// appear all day, that is no rare event. docs/decisions/stale-partition-descriptor.md has the
// measurements.
namespace varve::chunk {

/// The partition descriptor of `parent`, which no invalidation message has overtaken. The planner
/// asks for it before PostgreSQL does, and then finds this one in the relation cache.
///
/// Cost    one hash look-up while nothing has changed; else a rebuild, 3 to 4 us for each chunk.
/// C API: it may ereport. The descriptor lives as RelationGetPartitionDesc() says.
PartitionDesc fresh_partition_descriptor(Relation parent);

/// Whether no message about `relation` has arrived since fresh_partition_descriptor() last returned
/// its descriptor: then whatever PostgreSQL has used in between was right.
bool partition_descriptor_is_fresh(Oid relation) noexcept;

/// The memory of the descriptor of `parent` that the relation cache holds now, or null. Older ones
/// live below it until the relation is closed, since somebody may use them.
MemoryContext descriptor_memory(Relation parent) noexcept;

/// Frees the descriptors of `parent` that are older than the current one and younger than that in
/// `oldest`. The caller knows that nobody uses them.
void discard_descriptors(Relation parent, MemoryContext oldest) noexcept;

/// Once, in _PG_init.
void install_partition_descriptor();

}  // namespace varve::chunk
