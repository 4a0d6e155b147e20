#pragma once

#include <cstdint>
#include <memory_resource>
#include <span>

namespace varve::columnstore {

/// One column that rows are sorted by: a key for each row, whose unsigned order is the column's.
struct SortKeys {
  std::span<const std::uint64_t> keys;
  const std::uint64_t* validity;  // a bit a row, 1 where it has a value; null: every row has
  bool is_descending;
  bool nulls_first;
};

/// Writes to `out` the numbers of its rows in the order of `columns`, the first of them first; rows
/// that are equal stay in the order they have.
///
/// Columns at the end that the rows are in the order of already, as those that arrive are in that
/// of their times, need no sorting. The keys of the others are packed side by side in as many bits
/// as their ranges need, and, where there is room, beside the row's number. Where 64 are enough, as
/// for a number of devices and the times of a chunk, they are sorted by radix, 11 bits a pass, one
/// to two ns a row and pass; otherwise by comparison.
void sort_rows(std::span<const SortKeys> columns, std::span<std::uint32_t> out,
               std::pmr::memory_resource* memory);

}  // namespace varve::columnstore
