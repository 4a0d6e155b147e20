#pragma once

#include <cstdint>
#include <span>

namespace varve::vector {

/// One bit a row, least significant first within a word; 1 means that the row has a value (a
/// validity) or passes a filter (a mask).
using RowBits = std::span<const std::uint64_t>;

/// Puts dense values at their rows: out[row] is the next value where the row's bit in `validity` is
/// set, and 0 elsewhere. `validity` has a bit for each row of `out` and as many ones as there are
/// values.
///
/// Cost  0.2 ns a row with AVX-512, 1 ns without. Aggregates that need no row numbers, since they
///       do not group, are better off with the dense values.
void expand(std::span<const std::int64_t> values, RowBits validity, std::span<std::int64_t> out);
void expand(std::span<const double> values, RowBits validity, std::span<double> out);

/// Ones among the first `rows` bits: where the values of later rows start.
std::size_t rank(RowBits bits, std::size_t rows);

}  // namespace varve::vector
