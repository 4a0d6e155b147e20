#pragma once

#include <cstdint>
#include <optional>

#include "extension/chunk/slice.h"

#include "extension/pg/postgres.h"
extern "C" {
#include <access/htup.h>
#include <access/tupdesc.h>
#include <datatype/timestamp.h>
}

namespace varve::catalog {

/// A row of varve_catalog.chunk.
struct Chunk {
  std::int32_t id;
  std::int32_t hypertable_id;
  Oid relation;
  chunk::Slice slice;
  TimestampTz created;
};

/// The table varve_catalog.chunk. Only this class knows its columns and indexes.
class ChunkTable {
 public:
  static std::optional<Chunk> find(Oid relation);

  /// The row that a tuple of the table, with its descriptor, holds. C API.
  static Chunk row_of(HeapTuple tuple, TupleDesc descriptor);

  /// Every chunk of the hypertable by ascending slice, in the current memory context.
  struct Chunks {
    Chunk* rows;
    std::size_t count;
  };
  static Chunks of_hypertable(std::int32_t hypertable_id);
  /// Those of them whose slices begin within `begins`: reads no others.
  static Chunks of_hypertable(std::int32_t hypertable_id, chunk::Slice begins);

  static std::int32_t next_id();
  static void insert(const Chunk& row);
  /// Stores the slice and the time of creation of `row.relation` anew.
  static void update(const Chunk& row);
  static void remove(Oid relation);
};

}  // namespace varve::catalog
