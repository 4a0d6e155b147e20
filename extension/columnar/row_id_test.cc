#include "extension/columnar/row_id.h"

#include <gtest/gtest.h>
#include <limits>

namespace varve::columnar {
namespace {

TEST(RowId, Table) {
  const struct {
    const char* why;
    RowId id;
    std::uint32_t block;
    std::uint16_t offset;
    std::int32_t sequence;
  } cases[] = {
      {"the first of all", {0, 0}, 0x80000000, 1, 0},
      {"the last of a block", {0, 255}, 0x80000000, 256, 255},
      {"the first of the next", {0, 256}, 0x80000001, 1, 256},
      {"the last of a group", {0, 65535}, 0x800000FF, 256, 65535},
      {"the first of the next", {1, 0}, 0x80000100, 1, 65536},
      {"the last of all", {kLastGroup, 65535}, 0x807FFFFF, 256, 0x7FFFFFFF},
  };
  for (const auto& c : cases) {
    EXPECT_EQ(block_of(c.id), c.block) << c.why;
    EXPECT_EQ(offset_of(c.id), c.offset) << c.why;
    EXPECT_EQ(sequence_of(c.id), c.sequence) << c.why;
    EXPECT_EQ(row_of(c.block, c.offset), c.id) << c.why;
    EXPECT_EQ(row_of_sequence(c.sequence), c.id) << c.why;
  }
}

TEST(RowId, NoRowHasSuchATid) {
  const struct {
    const char* why;
    std::uint32_t block;
    std::uint16_t offset;
  } cases[] = {
      {"the heap's first", 0, 1},
      {"the heap's last", 0x7FFFFFFF, 1},
      {"offsets count from one", 0x80000000, 0},
      {"beyond the rows of a block", 0x80000000, 257},
      {"PostgreSQL's mark of a row that moved", 0x80000000, 0xFFFD},
      {"beyond the last group", 0x80800000, 1},
      {"no block at all", std::numeric_limits<std::uint32_t>::max(), 1},
  };
  for (const auto& c : cases) EXPECT_EQ(row_of(c.block, c.offset), std::nullopt) << c.why;
}

TEST(RowId, EveryRowOfAGroupComesBack) {
  for (std::uint32_t row = 0; row <= 65535; ++row) {
    for (const std::uint16_t group : {std::uint16_t{0}, std::uint16_t{77}, kLastGroup}) {
      const RowId id{group, static_cast<std::uint16_t>(row)};
      ASSERT_EQ(row_of(block_of(id), offset_of(id)), id);
      ASSERT_EQ(row_of_sequence(sequence_of(id)), id);
    }
  }
}

}  // namespace
}  // namespace varve::columnar
