#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include "extension/chunk/slice.h"

// Which chunks become one, where chunks are rolled up to an interval.
namespace varve::columnstore {

/// A chunk of a hypertable; they come by ascending slice.
struct RollUpChunk {
  chunk::Slice slice;
  bool is_ready;  // in columns, and nothing keeps it from being merged
};

/// Chunks that follow each other without a gap, are ready, and together no longer than the
/// interval.
struct ChunkRun {
  std::size_t first;
  std::size_t count;  // of one or none: nothing is to be done
};

/// The longest one that ends with chunk number `last`.
ChunkRun run_up_to(std::span<const RollUpChunk> chunks, std::size_t last, std::int64_t interval);

/// The first one of several chunks, each as long as can be, from the oldest chunk on.
ChunkRun first_run(std::span<const RollUpChunk> chunks, std::int64_t interval);

}  // namespace varve::columnstore
