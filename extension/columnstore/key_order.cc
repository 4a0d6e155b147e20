#include "extension/columnstore/key_order.h"

#include <algorithm>
#include <bit>
#include <numeric>
#include <utility>

namespace varve::columnstore {
namespace {

constexpr unsigned kDigitBits = 11;
constexpr std::size_t kDigits = std::size_t{1} << kDigitBits;

using Rows = std::pmr::vector<std::uint32_t>;

bool has_value(const SortKeys& column, std::size_t row) {
  return column.validity == nullptr || (column.validity[row / 64] >> row % 64 & 1) != 0;
}

/// The place of a column in packed keys: value v of [low, high] is v - low, or high - v where it
/// descends, plus 1 where nulls, which are 0, come first; nulls that come last are one more.
struct Packing {
  const SortKeys& column;
  std::uint64_t low = ~std::uint64_t{0};
  std::uint64_t high = 0;
  bool has_nulls = false;
  unsigned bits = 0;  // width()

  explicit Packing(const SortKeys& of, std::size_t rows) : column(of) {
    for (std::size_t row = 0; row < rows; ++row) {
      if (!has_value(column, row)) {
        has_nulls = true;
        continue;
      }
      low = std::min(low, column.keys[row]);
      high = std::max(high, column.keys[row]);
    }
    if (low > high) low = high = 0;  // nothing but nulls
    bits = width();
  }

  /// How many bits a code has; 65 where they are more than there are.
  [[nodiscard]] unsigned width() const {
    const std::uint64_t most = high - low;
    if (has_nulls && most == ~std::uint64_t{0}) return 65;
    return static_cast<unsigned>(std::bit_width(most + (has_nulls ? 1 : 0)));
  }

  [[nodiscard]] std::uint64_t code(std::size_t row) const {
    const std::uint64_t shift = has_nulls && column.nulls_first ? 1 : 0;
    if (has_nulls && !has_value(column, row)) return column.nulls_first ? 0 : high - low + 1;
    const std::uint64_t key = column.keys[row];
    return (column.is_descending ? high - key : key - low) + shift;
  }
};

struct Item {
  std::uint64_t key;
  std::uint32_t row;
};
using Items = std::pmr::vector<Item>;

void sort_by_digit(const Items& from, Items& to, unsigned shift) {
  std::size_t starts[kDigits] = {};
  for (const Item& item : from) ++starts[item.key >> shift & (kDigits - 1)];
  std::size_t next = 0;
  for (std::size_t& start : starts) next += std::exchange(start, next);
  for (const Item& item : from) to[starts[item.key >> shift & (kDigits - 1)]++] = item;
}

Rows sorted_by_radix(Items& items, unsigned bits, std::pmr::memory_resource* memory) {
  const auto in_order = [](const Item& a, const Item& b) { return a.key < b.key; };
  if (!std::is_sorted(items.begin(), items.end(), in_order)) {
    Items other(items.size(), memory);
    for (unsigned shift = 0; shift < bits; shift += kDigitBits) {
      sort_by_digit(items, other, shift);
      items.swap(other);
    }
  }
  Rows rows(items.size(), memory);
  std::ranges::transform(items, rows.begin(), [](const Item& item) { return item.row; });
  return rows;
}

/// Less than 0 where row a comes before row b.
int compare(const SortKeys& column, std::uint32_t a, std::uint32_t b) {
  const bool a_is_null = !has_value(column, a);
  const bool b_is_null = !has_value(column, b);
  if (a_is_null || b_is_null) {
    if (a_is_null && b_is_null) return 0;
    return a_is_null == column.nulls_first ? -1 : 1;
  }
  if (column.keys[a] == column.keys[b]) return 0;
  return (column.keys[a] < column.keys[b]) != column.is_descending ? -1 : 1;
}

Rows sorted_by_comparison(std::size_t count, std::span<const SortKeys> columns,
                          std::pmr::memory_resource* memory) {
  Rows rows(count, memory);
  std::iota(rows.begin(), rows.end(), 0U);
  std::ranges::stable_sort(rows, [&](std::uint32_t a, std::uint32_t b) {
    for (const SortKeys& column : columns) {
      const int order = compare(column, a, b);
      if (order != 0) return order < 0;
    }
    return false;
  });
  return rows;
}

}  // namespace

Rows sorted_rows(std::size_t rows, std::span<const SortKeys> columns,
                 std::pmr::memory_resource* memory) {
  std::pmr::vector<Packing> packings(memory);
  unsigned bits = 0;
  for (const SortKeys& column : columns) {
    packings.emplace_back(column, rows);
    bits += packings.back().bits;
  }
  if (bits > 64) return sorted_by_comparison(rows, columns, memory);

  Items items(rows, memory);
  for (std::size_t row = 0; row < rows; ++row) {
    items[row] = {0, static_cast<std::uint32_t>(row)};
    for (const Packing& packing : packings) {
      // A width of 64 is that of the only column that has one.
      const unsigned width = packing.bits;
      items[row].key = (width == 64 ? 0 : items[row].key << width) | packing.code(row);
    }
  }
  return sorted_by_radix(items, bits, memory);
}

}  // namespace varve::columnstore
