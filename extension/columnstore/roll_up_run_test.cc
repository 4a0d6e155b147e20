#include "extension/columnstore/roll_up_run.h"

#include <cstdint>
#include <gtest/gtest.h>
#include <string>
#include <vector>

namespace varve::columnstore {
namespace {

/// Chunks from a drawing: a letter is a chunk, as long as it is repeated; capital ones are ready,
/// dots are gaps.
std::vector<RollUpChunk> chunks_of(const std::string& drawing) {
  std::vector<RollUpChunk> chunks;
  for (std::size_t i = 0; i < drawing.size();) {
    const std::size_t end = std::min(drawing.find_first_not_of(drawing[i], i), drawing.size());
    const auto slice = chunk::Slice{std::int64_t(i), std::int64_t(end)};
    if (drawing[i] != '.') chunks.push_back({slice, drawing[i] < 'a'});
    i = end;
  }
  return chunks;
}

TEST(RollUpRun, Table) {
  const struct {
    const char* chunks;
    std::int64_t interval;
    std::size_t last, up_to_first, up_to_count, first, count;
  } cases[] = {
      {"AB", 2, 1, 0, 2, 0, 2},      {"AB", 1, 1, 1, 1, 0, 0},
      {"ABC", 2, 2, 1, 2, 0, 2},   // the interval is full
      {"AAB", 3, 1, 0, 2, 0, 2},   // one that has been rolled up
      {"AAAB", 3, 1, 1, 1, 0, 0},  // and is full
      {"A.BC", 9, 2, 1, 2, 1, 2},  // a gap
      {"AbCD", 9, 3, 2, 2, 2, 2},  // rows between
      {"ABc", 9, 2, 2, 0, 0, 2},   // the last one is not ready
      {"ABCDEFG", 3, 6, 4, 3, 0, 3}, {"AAABBBCD", 3, 3, 2, 2, 2, 2},
      {"A", 5, 0, 0, 1, 0, 0},
  };
  for (const auto& c : cases) {
    const auto chunks = chunks_of(c.chunks);
    const ChunkRun up_to = run_up_to(chunks, c.last, c.interval);
    EXPECT_EQ(up_to.first, c.up_to_first) << c.chunks;
    EXPECT_EQ(up_to.count, c.up_to_count) << c.chunks;
    const ChunkRun first = first_run(chunks, c.interval);
    EXPECT_EQ(first.first, c.first) << c.chunks;
    EXPECT_EQ(first.count, c.count) << c.chunks;
  }
  EXPECT_EQ(first_run({}, 5).count, 0U);
}

TEST(RollUpRun, SlicesWithoutEndAreLongerThanAnyInterval) {
  const RollUpChunk chunks[] = {{{INT64_MIN, 0}, true}, {{0, 1}, true}, {{1, INT64_MAX}, true}};
  EXPECT_EQ(first_run(chunks, INT64_MAX - 1).count, 0U);
  EXPECT_EQ(run_up_to(chunks, 1, INT64_MAX).count, 1U);
}

}  // namespace
}  // namespace varve::columnstore
