#include "extension/catalog/chunk_event.h"

#include <vector>

namespace varve::catalog {
namespace {

std::vector<ChunkListener>& listeners() {
  static auto* const all = new std::vector<ChunkListener>;
  return *all;
}

}  // namespace

void on_chunk_event(ChunkListener listener) { listeners().push_back(listener); }

void announce(const Chunk& chunk, ChunkEvent event) {
  for (const ChunkListener listener : listeners()) listener(chunk, event);
}

}  // namespace varve::catalog
