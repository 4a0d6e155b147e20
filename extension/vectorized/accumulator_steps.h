#pragma once

#include <bit>
#include <cmath>
#include <cstring>
#include <limits>

#include "extension/vectorized/accumulator.h"

/// What aggregates do with one value, as PostgreSQL's do.
namespace varve::vectorized {

using Rows = std::span<const std::uint16_t>;

/// Values up to here cannot make the squares of an average overflow, however many there are.
inline constexpr double kLarge = 1e120;

inline std::int64_t integer_at(const Values& values, std::size_t row) {
  return static_cast<std::int64_t>(values.bits[row]);
}

template <Number Kind>
double real_at(const Values& values, std::size_t row) {
  if constexpr (Kind == Number::kFloat) {
    return static_cast<double>(std::bit_cast<float>(static_cast<std::uint32_t>(values.bits[row])));
  } else {
    return std::bit_cast<double>(values.bits[row]);
  }
}

inline bool have_nulls(const Values& values, Rows rows) {
  const std::size_t first = rows.front();
  return std::memchr(values.nulls + first, 1, rows.back() - first + 1U) != nullptr;
}

/// One step of float8_accum(), which averages share with variances.
inline bool accumulate(double value, Accumulator& state) {
  const auto before = static_cast<double>(state.count);
  const double sum_before = state.real();
  const double count = before + 1;
  const double sum = sum_before + value;
  ++state.count;
  state.set_real(sum);
  if (before == 0) {
    if (!std::isfinite(value)) state.set_squares(std::numeric_limits<double>::quiet_NaN());
    return true;
  }
  const double distance = value * count - sum;
  const double squares = state.squares() + distance * distance / (count * before);
  state.set_squares(squares);
  if (!std::isinf(sum) && !std::isinf(squares)) return true;
  if (!std::isinf(sum_before) && !std::isinf(value)) return false;
  state.set_squares(std::numeric_limits<double>::quiet_NaN());
  return true;
}

/// Whether a < b as PostgreSQL orders doubles.
inline bool is_less(double a, double b) { return std::isnan(b) ? !std::isnan(a) : a < b; }

/// As int8larger(), float8larger() and the like: of equal ones the later.
template <bool IsMax, Number Kind>
std::uint64_t larger(std::uint64_t current, std::uint64_t value) {
  bool stays;
  if constexpr (Kind == Number::kInteger) {
    const auto a = static_cast<std::int64_t>(current);
    const auto b = static_cast<std::int64_t>(value);
    stays = IsMax ? a > b : a < b;
  } else {
    const auto a = std::bit_cast<double>(current);
    const auto b = std::bit_cast<double>(value);
    stays = IsMax ? is_less(b, a) : is_less(a, b);
  }
  return stays ? current : value;
}

/// Integers, and doubles that any real is compared as.
template <Number Kind>
std::uint64_t extreme_at(const Values& values, std::size_t row) {
  if constexpr (Kind == Number::kFloat) {
    return std::bit_cast<std::uint64_t>(real_at<Kind>(values, row));
  } else {
    return values.bits[row];
  }
}

}  // namespace varve::vectorized
