#pragma once

#include <cstdint>

#include "extension/pg/postgres.h"
extern "C" {
#include <nodes/pg_list.h>
}

// The tables of chunk skipping: which columns (skipped_column), their ranges in chunks
// (chunk_range), and which chunks have been written into since (chunk_late). C API.
namespace varve::skipping {

/// A row of varve_catalog.skipped_column.
struct SkippedColumn {
  std::int32_t id;
  NameData name;
};

/// What a chunk's rows have of a column; no values, where least is above greatest.
struct ChunkRange {
  Oid chunk;
  std::int32_t column_id;
  std::int64_t least;
  std::int64_t greatest;
};
inline constexpr std::int64_t kNoValuesLeast = 1;
inline constexpr std::int64_t kNoValuesGreatest = 0;

/// The columns of a hypertable (SkippedColumn*), as of now, in the current memory context. None in
/// a database without the extension.
List* columns_of(std::int32_t hypertable_id);

/// Adds a column, and gives its id.
std::int32_t add_column(std::int32_t hypertable_id, const char* name);
/// The same as remove where `to` is null.
void rename_column(std::int32_t hypertable_id, const char* from, const char* to);
void remove_columns(std::int32_t hypertable_id);

/// Adds the range of a chunk. A lock on the chunk that conflicts with writers is held to the end of
/// the transaction, as by everybody who adds or removes ranges.
void add_range(std::int32_t hypertable_id, const ChunkRange& range);
/// Removes the ranges of a chunk, and that it has been written into since. Whether there was any.
bool remove_ranges(Oid chunk);

/// The hypertable that a range of the chunk belongs to; 0 where it has none. Ranges that are being
/// added or removed count.
std::int32_t ranged_hypertable(Oid chunk);

/// The ids of the columns that the chunk has a range of, as a list of integers.
List* ranged_columns(Oid chunk);

/// Who has noted that the chunk has been written into.
enum class Noted { kByNobody, kByUs, kForGood };
Noted is_late(Oid chunk);
void add_late(std::int32_t hypertable_id, Oid chunk);

/// What is certain about the chunks of a hypertable, whatever becomes of transactions that run now:
/// ranges (ChunkRange*) that are committed, and that nobody is removing; chunks that somebody has
/// written into, or is about to, as a list of OIDs.
List* certain_ranges(std::int32_t hypertable_id);
List* late_chunks(std::int32_t hypertable_id);

}  // namespace varve::skipping
