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
  Integer128 sum = state.integer();
  state.count += for_each(values, rows, [&](std::size_t row) { sum += integer_at(values, row); });
  state.set_integer(sum);
}

/// As float8pl() and float4pl() add: an overflow is an infinite sum of finite ones.
template <class Real, Number Kind>
bool sum_reals(const Values& values, Rows rows, Accumulator& state) {
  const auto before = static_cast<Real>(state.real());
  const bool is_first = state.count == 0;
  Real sum = before;
  bool is_begun = !is_first;
  const auto take = [&](std::size_t row) {
    const auto value = static_cast<Real>(real_at<Kind>(values, row));
    sum = is_begun ? sum + value : value;  // the first value is the sum: -0 stays
    is_begun = true;
  };
  state.count += for_each(values, rows, take);
  state.set_real(static_cast<double>(sum));
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

/// The squares matter only for their overflow, which small values cannot bring about.
template <Number Kind>
bool average_reals(const Values& values, Rows rows, Accumulator& state) {
  if (!state.has_large()) {
    bool is_small = true;
    for_each(values, rows, [&](std::size_t row) {
      is_small &= std::abs(real_at<Kind>(values, row)) <= kLarge;  // not of NaN
    });
    state.more = is_small ? 0 : 1;
  }
  if (state.has_large()) {
    bool is_fine = true;
    for_each(values, rows, [&](std::size_t row) {
      is_fine = is_fine && accumulate(real_at<Kind>(values, row), state);
    });
    return is_fine;
  }
  double sum = state.real();
  state.count +=
      for_each(values, rows, [&](std::size_t row) { sum += real_at<Kind>(values, row); });
  state.set_real(sum);
  return true;
}

/// Whether a < b as PostgreSQL orders doubles.
bool is_less(double a, double b) { return std::isnan(b) ? !std::isnan(a) : a < b; }

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

template <bool IsMax, Number Kind>
void extreme(const Values& values, Rows rows, Accumulator& state) {
  bool has_value = state.count > 0;
  std::uint64_t current = state.low;
  state.count += for_each(values, rows, [&](std::size_t row) {
    const std::uint64_t value = extreme_at<Kind>(values, row);
    current = has_value ? larger<IsMax, Kind>(current, value) : value;
    has_value = true;
  });
  state.low = current;
}

template <bool IsMax>
void extreme(const Values& values, Rows rows, Accumulator& state) {
  switch (values.number) {
    case Number::kNumeric:
    case Number::kInteger: return extreme<IsMax, Number::kInteger>(values, rows, state);
    case Number::kFloat: return extreme<IsMax, Number::kFloat>(values, rows, state);
    case Number::kDouble: return extreme<IsMax, Number::kDouble>(values, rows, state);
  }
}

// --- Each row into its group

/// Calls visit(row, state) for each row that is not null; where that gives false, it ends.
template <class Visit>
bool for_each_state(const Values& values, Rows rows, const std::uint32_t* groups, States states,
                    Visit&& visit) {
  if (have_nulls(values, rows)) {
    for (std::size_t i = 0; i < rows.size(); ++i) {
      if (!values.nulls[rows[i]] && !visit(rows[i], states[groups[i]])) return false;
    }
    return true;
  }
  for (std::size_t i = 0; i < rows.size(); ++i) {
    if (!visit(rows[i], states[groups[i]])) return false;
  }
  return true;
}

void sum_each_integer(const Values& values, Rows rows, const std::uint32_t* groups, States states) {
  for_each_state(values, rows, groups, states, [&](std::size_t row, Accumulator& state) {
    ++state.count;
    state.set_integer(state.integer() + integer_at(values, row));
    return true;
  });
}

template <class Real, Number Kind>
bool sum_each_real(const Values& values, Rows rows, const std::uint32_t* groups, States states) {
  return for_each_state(values, rows, groups, states, [&](std::size_t row, Accumulator& state) {
    const auto value = static_cast<Real>(real_at<Kind>(values, row));
    const auto before = static_cast<Real>(state.real());
    const Real sum = state.count == 0 ? value : before + value;
    ++state.count;
    state.set_real(static_cast<double>(sum));
    return !std::isinf(sum) || std::isinf(before) || std::isinf(value);
  });
}

template <Number Kind>
bool average_each_real(const Values& values, Rows rows, const std::uint32_t* groups,
                       States states) {
  return for_each_state(values, rows, groups, states, [&](std::size_t row, Accumulator& state) {
    const double value = real_at<Kind>(values, row);
    const bool is_small = std::abs(value) <= kLarge;  // not of NaN
    if (!is_small) state.more = 1;
    if (state.has_large()) return accumulate(value, state);
    ++state.count;
    state.set_real(state.real() + value);
    return true;
  });
}

template <bool IsMax, Number Kind>
void each_extreme(const Values& values, Rows rows, const std::uint32_t* groups, States states) {
  for_each_state(values, rows, groups, states, [&](std::size_t row, Accumulator& state) {
    const std::uint64_t value = extreme_at<Kind>(values, row);
    state.low = state.count > 0 ? larger<IsMax, Kind>(state.low, value) : value;
    ++state.count;
    return true;
  });
}

template <bool IsMax>
void each_extreme(const Values& values, Rows rows, const std::uint32_t* groups, States states) {
  switch (values.number) {
    case Number::kNumeric:
    case Number::kInteger:
      return each_extreme<IsMax, Number::kInteger>(values, rows, groups, states);
    case Number::kFloat: return each_extreme<IsMax, Number::kFloat>(values, rows, groups, states);
    case Number::kDouble: return each_extreme<IsMax, Number::kDouble>(values, rows, groups, states);
  }
}

void count_each(const Values& values, Rows rows, const std::uint32_t* groups, States states) {
  for_each_state(values, rows, groups, states, [](std::size_t, Accumulator& state) {
    ++state.count;
    return true;
  });
}

}  // namespace

std::size_t bytes_of(Aggregate aggregate, Number number) noexcept {
  switch (aggregate) {
    case Aggregate::kCountRows:
    case Aggregate::kCount: return offsetof(Accumulator, low);
    case Aggregate::kMin:
    case Aggregate::kMax: return offsetof(Accumulator, high);
    case Aggregate::kSum:
    case Aggregate::kAverage: break;
  }
  if (number == Number::kNumeric) return sizeof(Accumulator);
  if (number == Number::kInteger) return offsetof(Accumulator, more);
  return aggregate == Aggregate::kSum ? offsetof(Accumulator, high) : offsetof(Accumulator, rest);
}

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

bool add_each(Aggregate aggregate, const Values& values, Rows rows, const std::uint32_t* groups,
              States states) noexcept {
  if (rows.empty()) return true;
  const Number number = values.number;
  switch (aggregate) {
    case Aggregate::kCountRows:
      for (std::size_t i = 0; i < rows.size(); ++i) ++states[groups[i]].count;
      return true;
    case Aggregate::kCount: count_each(values, rows, groups, states); return true;
    case Aggregate::kSum:
      if (number == Number::kDouble) {
        return sum_each_real<double, Number::kDouble>(values, rows, groups, states);
      }
      if (number == Number::kFloat) {
        return sum_each_real<float, Number::kFloat>(values, rows, groups, states);
      }
      sum_each_integer(values, rows, groups, states);
      return true;
    case Aggregate::kAverage:
      if (number == Number::kDouble) {
        return average_each_real<Number::kDouble>(values, rows, groups, states);
      }
      if (number == Number::kFloat) {
        return average_each_real<Number::kFloat>(values, rows, groups, states);
      }
      sum_each_integer(values, rows, groups, states);
      return true;
    case Aggregate::kMin: each_extreme<false>(values, rows, groups, states); return true;
    case Aggregate::kMax: each_extreme<true>(values, rows, groups, states); return true;
  }
  return true;
}

}  // namespace varve::vectorized
