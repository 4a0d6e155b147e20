#pragma once

#include "extension/pg/postgres.h"
extern "C" {
#include <utils/rel.h>
}

// Where rows land that come past the planner: the workers of logical replication route rows
// themselves, and have no place for one whose chunk does not exist. A hypertable that receives
// replication has one partition more, the default one: always empty, with a trigger that writes
// the row into the hypertable by an INSERT like any other. docs/replication.md
namespace varve::chunk {

/// After a chunk of `parent` has gone: its landing partition no longer excludes what that held.
/// After a new chunk there is nothing to do. A worker that began before goes on to send its rows to
/// the landing partition, which may still be said to take them: its trigger does what is right. C
/// API.
void invalidate_landing(Oid parent);

}  // namespace varve::chunk
