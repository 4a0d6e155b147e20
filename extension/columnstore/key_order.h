#pragma once

#include <cstdint>
#include <memory_resource>
#include <span>
#include <vector>

namespace varve::columnstore {

/// One column that rows are sorted by: a key for each row, whose unsigned order is the column's.
struct SortKeys {
  std::span<const std::uint64_t> keys;
  const std::uint64_t* validity;  // a bit a row, 1 where it has a value; null: every row has
  bool is_descending;
  bool nulls_first;
};

/// The numbers of the rows in the order of `columns`, the first of them first; rows that are equal
/// stay in the order they have.
///
/// Keys are packed side by side in as many bits as their ranges need. Where 64 are enough, as for a
/// number of devices and the times of a chunk, they are sorted by radix, 11 bits a pass, about 2 ns
/// a row and pass; otherwise by comparison.
std::pmr::vector<std::uint32_t> sorted_rows(std::size_t rows, std::span<const SortKeys> columns,
                                            std::pmr::memory_resource* memory);

}  // namespace varve::columnstore
