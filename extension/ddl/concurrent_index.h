#pragma once

#include "extension/ddl/chunk_index.h"
#include "extension/ddl/dispatch.h"

#include "extension/pg/postgres.h"
extern "C" {
#include <nodes/parsenodes.h>
}

// Indexes of a hypertable that come and go chunk by chunk, each in its own transactions, where
// PostgreSQL refuses to work on a partitioned table.
//
// What others see    the index on the hypertable, invalid from the first transaction to the last;
//                    that of a chunk serves queries as soon as it is built. Chunks that appear in
//                    between have theirs from the start.
// After a failure    the hypertable's index stays, invalid. The same statement, run again, goes on
//                    where it stopped.
// Locks              ShareUpdateExclusiveLock on the hypertable to begin with, and AccessShareLock
//                    throughout; ShareUpdateExclusiveLock on the chunk at work.
namespace varve::ddl {

/// CREATE INDEX CONCURRENTLY, and the form that locks one chunk at a time against writers. C API.
void create_index_by_chunk(const Utility& utility, const IndexStmt* statement, Build build);

/// Once, in _PG_init: DROP INDEX CONCURRENTLY.
void install_concurrent_index();

}  // namespace varve::ddl
