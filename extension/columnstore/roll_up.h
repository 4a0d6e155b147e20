#pragma once

#include <cstdint>

#include "extension/catalog/hypertable_table.h"
#include "extension/chunk/maintain/chunk_argument.h"
#include "extension/columnstore/settings.h"

#include "extension/pg/postgres.h"

// Chunks in columns are rolled up: put together with those before them until they are as long as
// the option tsdb.compress_chunk_time_interval says. C API.
namespace varve::columnstore {

/// What the option says, in the units of the hypertable's chunk interval. Reports 22023 and the
/// like for what is no interval of its type, or no multiple of the chunk interval, and 0A000 where
/// there is a second dimension, whose chunks cannot be merged.
std::int64_t checked_compress_interval(const catalog::Hypertable& hypertable, const char* text);

/// Warns where rows are ordered by something else than time first: in chunks that are rolled up,
/// those of one segment lie in as many places as there were chunks.
void warn_of_roll_up_order(const catalog::Hypertable& hypertable, const Settings& settings);

/// Merges a chunk, which is in columns and locked against everybody, with those before it, as far
/// as nobody uses them now; the one that has its rows. ShareUpdateExclusiveLock on the hypertable
/// is held.
Oid roll_up_now(const chunk::OwnChunk& own, std::int64_t interval);

}  // namespace varve::columnstore
