#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

/// Filters over the rows of one vector, at most 1024.
namespace varve::vector {

/// One byte a row: 1 while it passes, 0 from then on. Bytes, not bits: comparing eight-byte values
/// gives them without gathering, and the list of rows is made once, at the end.
using Passes = std::span<std::uint8_t>;

/// Numbered as PostgreSQL's btree strategies.
enum class Comparison : std::uint8_t { kLess = 1, kLessEqual, kEqual, kGreaterEqual, kGreater };

/// low <= value <= high; nothing where low > high.
struct IntegerRange {
  std::int64_t low;
  std::int64_t high;
  bool operator==(const IntegerRange&) const = default;
};

/// low <= value <= high, and NaNs, which no such range holds, where they are taken besides.
struct DoubleRange {
  double low;
  double high;
  bool takes_nan;
};

/// What compares so with `value`. Doubles as PostgreSQL orders them: any NaN is equal to any other
/// and above infinity, -0 is equal to 0.
IntegerRange matching(Comparison comparison, std::int64_t value) noexcept;
DoubleRange matching(Comparison comparison, double value) noexcept;

/// Lets go of rows whose value is not within the range. As many passes as values.
void keep(std::span<const std::int64_t> values, IntegerRange range, Passes passes) noexcept;
void keep(std::span<const double> values, DoubleRange range, Passes passes) noexcept;

/// Lets go of rows whose value is none of `set`, which ascends.
void keep_any(std::span<const std::int64_t> values, std::span<const std::int64_t> set,
              Passes passes) noexcept;

/// Lets go of rows that are marked, or of those that are not.
void drop(std::span<const bool> dropped, Passes passes) noexcept;
void keep_only(std::span<const bool> kept, Passes passes) noexcept;

/// Lets go of rows with a bit in `bits`, the first one's least significant.
void drop_bits(std::span<const std::uint64_t> bits, Passes passes) noexcept;

/// Writes the positions of rows that pass, ascending; how many. `out` has room for all rows.
std::size_t positions(Passes passes, std::uint16_t* out) noexcept;

}  // namespace varve::vector
