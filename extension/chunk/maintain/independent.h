#pragma once

#include "extension/pg/postgres.h"

namespace varve::chunk {

/// Makes what a chunk has from its hypertable its own, as DETACH PARTITION does: columns, CHECKs,
/// indexes with their constraints and foreign keys to other tables stay; row triggers of the
/// hypertable go. AccessExclusiveLock on the chunk is held.
///
/// Each foreign key needs triggers of its own on the table it references, which is locked in
/// ShareRowExclusiveLock for them. 0A000 where that table is partitioned. C API.
void make_independent(Oid chunk);

}  // namespace varve::chunk
