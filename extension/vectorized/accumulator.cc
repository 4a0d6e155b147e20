#include "extension/vectorized/accumulator.h"

#include <cmath>

#include "extension/vectorized/accumulator_steps.h"

namespace varve::vectorized {
namespace {

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

}  // namespace varve::vectorized
