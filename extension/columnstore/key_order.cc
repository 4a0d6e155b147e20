#include "extension/columnstore/key_order.h"

#include <algorithm>
#include <bit>
#include <numeric>
#include <utility>
#include <vector>

namespace varve::columnstore {
namespace {

constexpr unsigned kDigitBits = 11;
constexpr std::size_t kDigits = std::size_t{1} << kDigitBits;

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

using Packings = std::span<const Packing>;

/// How many columns at the front have to be sorted: the rows are in the order of the others.
std::size_t unsorted_columns(Packings columns, std::size_t rows) {
  std::size_t unsorted = 0;
  for (std::size_t row = 1; row < rows && unsorted < columns.size(); ++row) {
    bool ascends = true;  // in the columns from c on
    for (std::size_t c = columns.size(); c-- > unsorted;) {
      const std::uint64_t before = columns[c].code(row - 1);
      const std::uint64_t code = columns[c].code(row);
      if (before != code) ascends = before < code;
      if (!ascends) unsorted = std::max(unsorted, c + 1);
    }
  }
  return unsorted;
}

/// A packed key and its row: side by side in one word, the row in its low bits, or in two.
struct Word {
  std::uint64_t bits;
  static unsigned key_at(unsigned row_bits) { return row_bits; }
  static Word of(std::uint64_t key, std::uint64_t row, unsigned row_bits) {
    return {key << row_bits | row};
  }
  [[nodiscard]] std::uint32_t row(unsigned row_bits) const {
    return static_cast<std::uint32_t>(bits & ((std::uint64_t{1} << row_bits) - 1));
  }
};
struct Pair {
  std::uint64_t bits;
  std::uint32_t number;
  static unsigned key_at(unsigned) { return 0; }
  static Pair of(std::uint64_t key, std::uint64_t row, unsigned) {
    return {key, static_cast<std::uint32_t>(row)};
  }
  [[nodiscard]] std::uint32_t row(unsigned) const { return number; }
};

template <class Item>
using Items = std::pmr::vector<Item>;

/// Moves items to where the digit at `shift` puts them: put(place, item).
template <class Item, class Put>
void sort_by_digit(const Items<Item>& items, unsigned shift, Put&& put) {
  std::size_t starts[kDigits] = {};
  for (const Item& item : items) ++starts[item.bits >> shift & (kDigits - 1)];
  std::size_t next = 0;
  for (std::size_t& start : starts) next += std::exchange(start, next);
  for (const Item& item : items) put(starts[item.bits >> shift & (kDigits - 1)]++, item);
}

template <class Item>
Items<Item> packed(Packings columns, std::size_t rows, unsigned row_bits,
                   std::pmr::memory_resource* memory) {
  Items<Item> items(memory);
  items.reserve(rows);
  for (std::size_t row = 0; row < rows; ++row) {
    std::uint64_t key = 0;
    for (const Packing& column : columns) {
      // A width of 64 is that of the only column that has one.
      key = (column.bits == 64 ? 0 : key << column.bits) | column.code(row);
    }
    items.push_back(Item::of(key, row, row_bits));
  }
  return items;
}

/// `bits` > 0: of the columns together.
template <class Item>
void sort_by_radix(Packings columns, unsigned bits, std::span<std::uint32_t> out,
                   std::pmr::memory_resource* memory) {
  const auto row_bits = static_cast<unsigned>(std::bit_width(out.size()));
  Items<Item> items = packed<Item>(columns, out.size(), row_bits, memory);
  Items<Item> other(memory);
  const unsigned first = Item::key_at(row_bits);
  const unsigned end = first + bits;
  unsigned shift = first;
  for (; shift + kDigitBits < end; shift += kDigitBits) {
    other.resize(items.size());
    sort_by_digit(items, shift, [&](std::size_t place, const Item& item) { other[place] = item; });
    items.swap(other);
  }
  // The last pass has no more use for the keys.
  sort_by_digit(items, shift,
                [&](std::size_t place, const Item& item) { out[place] = item.row(row_bits); });
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

void sort_by_comparison(std::span<const SortKeys> columns, std::span<std::uint32_t> out) {
  std::ranges::stable_sort(out, [&](std::uint32_t a, std::uint32_t b) {
    for (const SortKeys& column : columns) {
      const int order = compare(column, a, b);
      if (order != 0) return order < 0;
    }
    return false;
  });
}

}  // namespace

void sort_rows(std::span<const SortKeys> columns, std::span<std::uint32_t> out,
               std::pmr::memory_resource* memory) {
  std::iota(out.begin(), out.end(), 0U);
  std::pmr::vector<Packing> packings(memory);
  for (const SortKeys& column : columns) packings.emplace_back(column, out.size());
  const bool has_codes =
      std::ranges::all_of(packings, [](const Packing& packing) { return packing.bits <= 64; });
  if (!has_codes) return sort_by_comparison(columns, out);
  const Packings unsorted = Packings(packings).first(unsorted_columns(packings, out.size()));
  unsigned bits = 0;
  for (const Packing& packing : unsorted) bits += packing.bits;
  if (bits == 0) return;
  if (bits > 64) return sort_by_comparison(columns, out);
  if (bits + static_cast<unsigned>(std::bit_width(out.size())) <= 64) {
    sort_by_radix<Word>(unsorted, bits, out, memory);
  } else {
    sort_by_radix<Pair>(unsorted, bits, out, memory);
  }
}

}  // namespace varve::columnstore
