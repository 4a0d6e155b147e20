// The rows of a vector, each into its group.
#include <cmath>

#include "extension/vectorized/accumulator.h"
#include "extension/vectorized/accumulator_steps.h"

namespace varve::vectorized {
namespace {

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
