#pragma once

#include <bit>
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

/// Numerics are summed elsewhere (numeric_sum.h); here they are counted.
enum class Number : std::uint8_t { kInteger, kFloat, kDouble, kNumeric };

/// A column of a vector: eight bytes a value, as PostgreSQL's Datums are: integers with their sign
/// extended, doubles, floats in the lower half.
struct Values {
  const std::uint64_t* bits;
  const bool* nulls;
  Number number;
};

__extension__ using Integer128 = __int128;

/// What one aggregate knows of one group. Of a group's entry it takes only the first bytes, as many
/// as bytes_of() says, which begin as zeros. Words of eight bytes: PostgreSQL's memory has no more
/// alignment.
struct Accumulator {
  std::int64_t count = 0;  // rows or values
  std::uint64_t low = 0;   // of the integer; or the real
  std::uint64_t high = 0;  // of the integer; or the squares
  std::uint64_t more = 0;  // has_large; of numerics, what numeric_sum.h says
  void* rest = nullptr;    // of numerics

  /// Sum, or extreme; of an extreme only the lower half is stored.
  [[nodiscard]] Integer128 integer() const {
    return static_cast<Integer128>(static_cast<std::int64_t>(high)) *
               (static_cast<Integer128>(1) << 64) +
           low;
  }
  void set_integer(Integer128 value) {
    low = static_cast<std::uint64_t>(value);
    high = static_cast<std::uint64_t>(value >> 64);
  }
  /// The same of doubles and floats (as float where those are summed).
  [[nodiscard]] double real() const { return std::bit_cast<double>(low); }
  void set_real(double value) { low = std::bit_cast<std::uint64_t>(value); }
  /// Of an average that has seen large values: as float8_accum() keeps.
  [[nodiscard]] double squares() const { return std::bit_cast<double>(high); }
  void set_squares(double value) { high = std::bit_cast<std::uint64_t>(value); }
  [[nodiscard]] bool has_large() const { return more != 0; }
};

/// How many bytes of its state the aggregate uses: a multiple of 8.
std::size_t bytes_of(Aggregate aggregate, Number number) noexcept;

/// Adds the values of the rows at these positions; false where PostgreSQL reports an overflow.
/// `values` is not used by kCountRows.
bool add(Aggregate aggregate, const Values& values, std::span<const std::uint16_t> rows,
         Accumulator& state) noexcept;

/// States of many groups: those of one aggregate are `stride` bytes apart.
struct States {
  char* first;
  std::size_t stride;

  [[nodiscard]] Accumulator& operator[](std::size_t group) const {
    return *reinterpret_cast<Accumulator*>(first + group * stride);
  }
};

/// The same where each row has a group of its own: `groups` of as many as there are rows.
bool add_each(Aggregate aggregate, const Values& values, std::span<const std::uint16_t> rows,
              const std::uint32_t* groups, States states) noexcept;

}  // namespace varve::vectorized
