#include "extension/vectorized/accumulator.h"

#include <bit>
#include <cmath>
#include <cstring>
#include <limits>

namespace varve::vectorized {
namespace {

using Rows = std::span<const std::uint16_t>;

/// Values up to here cannot make the squares of an average overflow, however many there are.
constexpr double kLarge = 1e120;

std::int64_t integer_at(const Values& values, std::size_t row) {
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

bool have_nulls(const Values& values, Rows rows) {
  const std::size_t first = rows.front();
  return std::memchr(values.nulls + first, 1, rows.back() - first + 1U) != nullptr;
}

/// Calls visit(row) for each row that is not null, in order; how many there were.
template <class Visit>
std::int64_t for_each(const Values& values, Rows rows, Visit&& visit) {
  const bool are_dense = rows.back() - rows.front() + 1U == rows.size();
  if (!have_nulls(values, rows)) {
    if (are_dense) {
      for (std::size_t row = rows.front(); row <= rows.back(); ++row) visit(row);
    } else {
      for (const std::uint16_t row : rows) visit(row);
    }
    return static_cast<std::int64_t>(rows.size());
  }
  std::int64_t count = 0;
  for (const std::uint16_t row : rows) {
    if (values.nulls[row]) continue;
    visit(row);
    ++count;
  }
  return count;
}

void sum_integers(const Values& values, Rows rows, Accumulator& state) {
  Integer128 sum = 0;
  state.count += for_each(values, rows, [&](std::size_t row) { sum += integer_at(values, row); });
  state.integer = state.integer + sum;
}

/// As float8pl() and float4pl() add: an overflow is an infinite sum of finite ones.
template <class Real, Number Kind>
bool sum_reals(const Values& values, Rows rows, Accumulator& state) {
  const auto before = static_cast<Real>(state.real);
  const bool is_first = state.count == 0;
  Real sum = before;
  bool is_begun = !is_first;
  const auto take = [&](std::size_t row) {
    const auto value = static_cast<Real>(real_at<Kind>(values, row));
    sum = is_begun ? sum + value : value;  // the first value is the sum: -0 stays
    is_begun = true;
  };
  state.count += for_each(values, rows, take);
  state.real = static_cast<double>(sum);
  if (std::isfinite(sum)) return true;
  // Seldom: see whether it was finite once.
  Real again = before;
  bool has_overflowed = false;
  is_begun = !is_first;
  for_each(values, rows, [&](std::size_t row) {
    const auto value = static_cast<Real>(real_at<Kind>(values, row));
    const Real next = is_begun ? again + value : value;
    has_overflowed |= std::isinf(next) && !std::isinf(again) && !std::isinf(value);
    again = next;
    is_begun = true;
  });
  return !has_overflowed;
}

/// One step of float8_accum(), which averages share with variances.
bool accumulate(double value, Accumulator& state) {
  const auto before = static_cast<double>(state.count);
  const double sum_before = state.real;
  const double count = before + 1;
  ++state.count;
  state.real += value;
  if (before == 0) {
    if (!std::isfinite(value)) state.squares = std::numeric_limits<double>::quiet_NaN();
    return true;
  }
  const double distance = value * count - state.real;
  state.squares += distance * distance / (count * before);
  if (!std::isinf(state.real) && !std::isinf(state.squares)) return true;
  if (!std::isinf(sum_before) && !std::isinf(value)) return false;
  state.squares = std::numeric_limits<double>::quiet_NaN();
  return true;
}

/// The squares matter only for their overflow, which small values cannot bring about.
template <Number Kind>
bool average_reals(const Values& values, Rows rows, Accumulator& state) {
  if (!state.has_large) {
    bool is_small = true;
    for_each(values, rows, [&](std::size_t row) {
      is_small &= std::abs(real_at<Kind>(values, row)) <= kLarge;  // not of NaN
    });
    state.has_large = !is_small;
  }
  if (state.has_large) {
    bool is_fine = true;
    for_each(values, rows, [&](std::size_t row) {
      is_fine = is_fine && accumulate(real_at<Kind>(values, row), state);
    });
    return is_fine;
  }
  double sum = state.real;
  state.count +=
      for_each(values, rows, [&](std::size_t row) { sum += real_at<Kind>(values, row); });
  state.real = sum;
  return true;
}

/// Whether a < b as PostgreSQL orders doubles.
bool is_less(double a, double b) { return std::isnan(b) ? !std::isnan(a) : a < b; }

/// As int8larger(), float8larger() and the like: of equal ones the later.
template <bool IsMax, Number Kind>
void extreme(const Values& values, Rows rows, Accumulator& state) {
  const bool is_begun = state.count > 0;
  bool has_value = is_begun;
  auto integer = static_cast<std::int64_t>(state.integer.low);
  double real = state.real;
  state.count += for_each(values, rows, [&](std::size_t row) {
    if constexpr (Kind == Number::kInteger) {
      const std::int64_t value = integer_at(values, row);
      const bool stays = has_value && (IsMax ? integer > value : integer < value);
      integer = stays ? integer : value;
    } else {
      const double value = real_at<Kind>(values, row);
      const bool stays = has_value && (IsMax ? is_less(value, real) : is_less(real, value));
      real = stays ? real : value;
    }
    has_value = true;
  });
  state.integer = integer;
  state.real = real;
}

template <bool IsMax>
void extreme(const Values& values, Rows rows, Accumulator& state) {
  switch (values.number) {
    case Number::kInteger: return extreme<IsMax, Number::kInteger>(values, rows, state);
    case Number::kFloat: return extreme<IsMax, Number::kFloat>(values, rows, state);
    case Number::kDouble: return extreme<IsMax, Number::kDouble>(values, rows, state);
  }
}

}  // namespace

bool add(Aggregate aggregate, const Values& values, Rows rows, Accumulator& state) noexcept {
  if (rows.empty()) return true;
  const Number number = values.number;
  switch (aggregate) {
    case Aggregate::kCountRows: state.count += static_cast<std::int64_t>(rows.size()); return true;
    case Aggregate::kCount: state.count += for_each(values, rows, [](std::size_t) {}); return true;
    case Aggregate::kSum:
      if (number == Number::kDouble) return sum_reals<double, Number::kDouble>(values, rows, state);
      if (number == Number::kFloat) return sum_reals<float, Number::kFloat>(values, rows, state);
      sum_integers(values, rows, state);
      return true;
    case Aggregate::kAverage:
      if (number == Number::kDouble) return average_reals<Number::kDouble>(values, rows, state);
      if (number == Number::kFloat) return average_reals<Number::kFloat>(values, rows, state);
      sum_integers(values, rows, state);
      return true;
    case Aggregate::kMin: extreme<false>(values, rows, state); return true;
    case Aggregate::kMax: extreme<true>(values, rows, state); return true;
  }
  return true;
}

}  // namespace varve::vectorized
