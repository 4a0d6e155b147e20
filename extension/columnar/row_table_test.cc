#include "extension/columnar/row_table.h"

#include <gtest/gtest.h>
#include <random>
#include <set>
#include <vector>

namespace varve::columnar {
namespace {

std::set<std::int32_t> found(const RowTable& table, std::uint32_t hash) {
  std::set<std::int32_t> rows;
  table.for_each(hash, [&](RowId id) {
    EXPECT_TRUE(rows.insert(sequence_of(id)).second) << "a row is found twice";
  });
  return rows;
}

TEST(RowTable, IsAPowerOfTwoWithRoom) {
  for (const std::size_t rows : {0u, 1u, 2u, 3u, 1023u, 1024u, 65'536u, 1'000'000u}) {
    const std::size_t entries = RowTable::entries_for(rows);
    EXPECT_TRUE(std::has_single_bit(entries)) << rows;
    EXPECT_GT(entries, rows);
  }
}

TEST(RowTable, FindsWhatWasInsertedAndNothingElse) {
  std::mt19937 random(1);
  std::vector<RowTable::Entry> memory(RowTable::entries_for(5000));
  RowTable table(memory);
  std::vector<std::set<std::int32_t>> expected(1000);
  for (std::uint16_t row = 0; row < 5000; ++row) {
    const RowId id = {static_cast<std::uint16_t>(row % 3 * 0x3FFF), row};
    const std::uint32_t hash = random() % 1000;
    table.insert(hash, id);
    expected[hash].insert(sequence_of(id));
  }
  for (std::uint32_t hash = 0; hash < 1000; ++hash) EXPECT_EQ(found(table, hash), expected[hash]);
  EXPECT_TRUE(found(table, 5000).empty());
}

TEST(RowTable, HoldsTheFirstAndTheLastRowThereCanBe) {
  std::vector<RowTable::Entry> memory(RowTable::entries_for(2));
  RowTable table(memory);
  table.insert(0xFFFFFFFF, {0, 0});
  table.insert(0xFFFFFFFF, {kLastGroup, 0xFFFF});
  EXPECT_EQ(found(table, 0xFFFFFFFF),
            (std::set<std::int32_t>{0, sequence_of(RowId{kLastGroup, 0xFFFF})}));
}

}  // namespace
}  // namespace varve::columnar
