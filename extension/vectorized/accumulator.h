#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

/// Aggregates over columns: one state a group, fed with the values of a vector at a time, in the
/// order of its rows, so that doubles add up to the very bits that PostgreSQL's aggregates give.
namespace varve::vectorized {

enum class Aggregate : std::uint8_t {
  kCountRows,
  kCount,
  kSum,
  kAverage,
  kMin,
  kMax,
};

enum class Number : std::uint8_t { kInteger, kFloat, kDouble };

/// A column of a vector: eight bytes a value, as PostgreSQL's Datums are: integers with their sign
/// extended, doubles, floats in the lower half.
struct Values {
  const std::uint64_t* bits;
  const bool* nulls;
  Number number;
};

__extension__ using Integer128 = __int128;

/// The same in two words: PostgreSQL's memory has no more than eight bytes of alignment.
struct WideInteger {
  std::uint64_t low = 0;
  std::int64_t high = 0;

  WideInteger() = default;
  WideInteger(Integer128 value) noexcept  // NOLINT(google-explicit-constructor): the same number
      : low(static_cast<std::uint64_t>(value)), high(static_cast<std::int64_t>(value >> 64)) {}
  operator Integer128() const noexcept {  // NOLINT(google-explicit-constructor)
    return static_cast<Integer128>(high) * (static_cast<Integer128>(1) << 64) + low;
  }
};

/// What one aggregate knows of one group.
struct Accumulator {
  std::int64_t count = 0;  // rows or values
  WideInteger integer;     // sum, or extreme
  double real = 0;         // the same of doubles and floats (as float where those are summed)
  double squares = 0;      // of an average that has seen large values: as float8_accum() keeps
  bool has_large = false;
};

/// Adds the values of the rows at these positions; false where PostgreSQL reports an overflow.
/// `values` is not used by kCountRows.
bool add(Aggregate aggregate, const Values& values, std::span<const std::uint16_t> rows,
         Accumulator& state) noexcept;

}  // namespace varve::vectorized
