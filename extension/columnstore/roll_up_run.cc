#include "extension/columnstore/roll_up_run.h"

namespace varve::columnstore {
namespace {

/// Slices may be open at their ends, which is far away.
bool is_within(chunk::Slice slice, std::int64_t interval) {
  return static_cast<std::uint64_t>(slice.end) - static_cast<std::uint64_t>(slice.begin) <=
         static_cast<std::uint64_t>(interval);
}

bool follows(const RollUpChunk& next, const RollUpChunk& chunk) {
  return chunk.is_ready && next.is_ready && next.slice.begin == chunk.slice.end;
}

}  // namespace

ChunkRun run_up_to(std::span<const RollUpChunk> chunks, std::size_t last, std::int64_t interval) {
  if (!chunks[last].is_ready) return {last, 0};
  std::size_t first = last;
  while (first > 0 && follows(chunks[first], chunks[first - 1]) &&
         is_within({chunks[first - 1].slice.begin, chunks[last].slice.end}, interval)) {
    --first;
  }
  return {first, last - first + 1};
}

ChunkRun first_run(std::span<const RollUpChunk> chunks, std::int64_t interval) {
  for (std::size_t first = 0; first < chunks.size();) {
    std::size_t end = first + 1;
    while (end < chunks.size() && follows(chunks[end], chunks[end - 1]) &&
           is_within({chunks[first].slice.begin, chunks[end].slice.end}, interval)) {
      ++end;
    }
    if (end - first > 1) return {first, end - first};
    first = end;
  }
  return {0, 0};
}

}  // namespace varve::columnstore
