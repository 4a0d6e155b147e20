#pragma once

#include <cstdint>

namespace varve {

/// Quotient and remainder that round toward minus infinity, where C++ rounds toward zero.
/// Both require divisor > 0; the remainder lies in [0, divisor).
constexpr std::int64_t floor_div(std::int64_t value, std::int64_t divisor) {
  return value / divisor - (value % divisor < 0 ? 1 : 0);
}
constexpr std::int64_t floor_mod(std::int64_t value, std::int64_t divisor) {
  const std::int64_t remainder = value % divisor;
  return remainder < 0 ? remainder + divisor : remainder;
}

}  // namespace varve
