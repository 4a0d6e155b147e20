#pragma once

#include "extension/hypertable/dimension.h"

#include "extension/pg/postgres.h"
extern "C" {
#include <utils/rel.h>
}

// What a table must be like to become a hypertable. Each refusal throws a pg::SqlError of its own,
// before anything has changed.
namespace varve::hypertable {

/// Before any lock: `relation` exists, is a user's table (or a hypertable already), and belongs to
/// the current user.
void require_own_table(Oid relation);

/// Under AccessExclusiveLock: nothing about `table` stands against partitioning it by `dimension`,
/// which a partitioned table could not have or core could not maintain on partitions.
void require_convertible(Relation table, const Dimension& dimension);

}  // namespace varve::hypertable
