#pragma once

#include "extension/catalog/chunk_table.h"

// Rows that come to a hypertable, or leave it, without a statement that writes them: with a whole
// chunk. Features that follow the rows of a hypertable listen here.
namespace varve::catalog {

enum class ChunkEvent { kAttached, kDetached };

/// C++ in the sense of boundary.h.
using ChunkListener = void (*)(const Chunk& chunk, ChunkEvent event);

/// In _PG_init.
void on_chunk_event(ChunkListener listener);

/// Called in the transaction that does it, while nobody else can use the chunk.
void announce(const Chunk& chunk, ChunkEvent event);

}  // namespace varve::catalog
