#pragma once

#include <cstdint>
#include <optional>
#include <span>

#include "kernel/codec/level.h"

/// Doubles that are decimals, as integers.
///
/// Decimal   integer / 10^places. Where integer < 2^53 and places <= 22 the quotient is the double
///           nearest to the decimal, which is what reading its digits gives: text and JSON
///           round-trip without exceptions, at any magnitude. We stop at 2^51, up to which no
///           level needs a conversion instruction.
/// ALP       integer * 10^factor * 10^-exponent: exact for what was computed by such products,
///           and less often for what was read.
///           Source: Afroozeh, Kuffo and Boncz, "ALP: Adaptive Lossless floating-Point
///           Compression", SIGMOD 2024.
/// Either may be rounded to a float: what a real column, widened, holds.
namespace varve::codec {

struct Decimal {
  enum class Kind : std::uint8_t { kDivide, kMultiply };

  Kind kind = Kind::kDivide;
  std::uint8_t exponent = 0;  // places, or ALP's e; at most 18
  std::uint8_t factor = 0;    // ALP's f, at most `exponent`
  bool to_float = false;

  /// Whether a decoder knows it.
  [[nodiscard]] bool valid() const noexcept;

  /// The doubles that `n` <= 1024 integers stand for.
  void decode(const std::int64_t* integers, std::size_t n, double* out) const noexcept;

  /// The integers that stand for `n` <= 1024 doubles; differs[i] is 1 where there is none, and the
  /// integer is then that before it. Gives their number.
  std::size_t encode(const double* values, std::size_t n, std::int64_t* integers,
                     std::uint8_t* differs) const noexcept;
};

/// The best decimal for a sample, which is in runs of consecutive values so that differences can
/// be judged, and the bits for each value that it would take.
struct DecimalChoice {
  Decimal decimal;
  double bits = 0;
};
DecimalChoice choose_decimal(std::span<const std::span<const double>> sample, bool floats);

}  // namespace varve::codec
