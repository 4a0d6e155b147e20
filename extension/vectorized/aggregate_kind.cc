#include "extension/vectorized/aggregate_kind.h"

#include <algorithm>
#include <iterator>

#include "extension/vectorized/numeric_sum.h"

extern "C" {
#include <utils/builtins.h>
#include <utils/fmgroids.h>
#include <utils/fmgrprotos.h>
#include <utils/numeric.h>
}

namespace varve::vectorized {
namespace {

using Result = AggregateKind::Result;

constexpr AggregateKind extreme(Oid function, Aggregate aggregate, std::int16_t length) {
  return {function, aggregate, Number::kInteger, length, Result::kInteger, length};
}

constexpr AggregateKind kKinds[] = {
    {F_COUNT_, Aggregate::kCountRows, Number::kInteger, 0, Result::kInteger, 8},
    {F_COUNT_ANY, Aggregate::kCount, Number::kInteger, 0, Result::kInteger, 8},
    {F_SUM_INT2, Aggregate::kSum, Number::kInteger, 2, Result::kInteger, 8},
    {F_SUM_INT4, Aggregate::kSum, Number::kInteger, 4, Result::kInteger, 8},
    {F_SUM_INT8, Aggregate::kSum, Number::kInteger, 8, Result::kNumeric, -1},
    {F_SUM_NUMERIC, Aggregate::kSum, Number::kNumeric, -1, Result::kNumeric, -1},
    {F_AVG_NUMERIC, Aggregate::kAverage, Number::kNumeric, -1, Result::kNumeric, -1},
    {F_SUM_FLOAT4, Aggregate::kSum, Number::kFloat, 4, Result::kReal, 4},
    {F_SUM_FLOAT8, Aggregate::kSum, Number::kDouble, 8, Result::kReal, 8},
    {F_AVG_INT2, Aggregate::kAverage, Number::kInteger, 2, Result::kNumeric, -1},
    {F_AVG_INT4, Aggregate::kAverage, Number::kInteger, 4, Result::kNumeric, -1},
    {F_AVG_INT8, Aggregate::kAverage, Number::kInteger, 8, Result::kNumeric, -1},
    {F_AVG_FLOAT4, Aggregate::kAverage, Number::kFloat, 4, Result::kReal, 8},
    {F_AVG_FLOAT8, Aggregate::kAverage, Number::kDouble, 8, Result::kReal, 8},
    {F_MIN_FLOAT4, Aggregate::kMin, Number::kFloat, 4, Result::kReal, 4},
    {F_MAX_FLOAT4, Aggregate::kMax, Number::kFloat, 4, Result::kReal, 4},
    {F_MIN_FLOAT8, Aggregate::kMin, Number::kDouble, 8, Result::kReal, 8},
    {F_MAX_FLOAT8, Aggregate::kMax, Number::kDouble, 8, Result::kReal, 8},
    extreme(F_MIN_INT2, Aggregate::kMin, 2),
    extreme(F_MAX_INT2, Aggregate::kMax, 2),
    extreme(F_MIN_INT4, Aggregate::kMin, 4),
    extreme(F_MAX_INT4, Aggregate::kMax, 4),
    extreme(F_MIN_INT8, Aggregate::kMin, 8),
    extreme(F_MAX_INT8, Aggregate::kMax, 8),
    extreme(F_MIN_DATE, Aggregate::kMin, 4),
    extreme(F_MAX_DATE, Aggregate::kMax, 4),
    extreme(F_MIN_TIME, Aggregate::kMin, 8),
    extreme(F_MAX_TIME, Aggregate::kMax, 8),
    extreme(F_MIN_MONEY, Aggregate::kMin, 8),
    extreme(F_MAX_MONEY, Aggregate::kMax, 8),
    extreme(F_MIN_TIMESTAMP, Aggregate::kMin, 8),
    extreme(F_MAX_TIMESTAMP, Aggregate::kMax, 8),
    extreme(F_MIN_TIMESTAMPTZ, Aggregate::kMin, 8),
    extreme(F_MAX_TIMESTAMPTZ, Aggregate::kMax, 8),
};

Datum integer_datum(std::int64_t value, std::int16_t length) {
  switch (length) {
    case 2: return Int16GetDatum(static_cast<std::int16_t>(value));
    case 4: return Int32GetDatum(static_cast<std::int32_t>(value));
    default: return Int64GetDatum(value);
  }
}

/// PostgreSQL makes numerics of 64 bits; of more, by their digits.
Datum numeric_of(Integer128 value) {
  constexpr Integer128 kSplit = 1'000'000'000'000'000'000;
  const auto high = static_cast<std::int64_t>(value / kSplit);
  const auto low = static_cast<std::int64_t>(value % kSplit);
  if (high == 0) return NumericGetDatum(int64_to_numeric(low));
  const Datum scaled =
      DirectFunctionCall2(numeric_mul, NumericGetDatum(int64_to_numeric(high)),
                          NumericGetDatum(int64_to_numeric(static_cast<std::int64_t>(kSplit))));
  return DirectFunctionCall2(numeric_add, scaled, NumericGetDatum(int64_to_numeric(low)));
}

Datum numeric_result(const AggregateKind& kind, const Accumulator& state) {
  const Datum sum =
      kind.number == Number::kNumeric ? numeric_sum(state) : numeric_of(state.integer());
  if (kind.aggregate == Aggregate::kSum) return sum;
  return DirectFunctionCall2(numeric_div, sum, NumericGetDatum(int64_to_numeric(state.count)));
}

}  // namespace

const AggregateKind* kind_of(Oid function) {
  const auto* found = std::find_if(std::begin(kKinds), std::end(kKinds),
                                   [&](const auto& kind) { return kind.function == function; });
  return found == std::end(kKinds) ? nullptr : found;
}

Datum result_of(const AggregateKind& kind, const Accumulator& state, bool* is_null) {
  const bool counts =
      kind.aggregate == Aggregate::kCountRows || kind.aggregate == Aggregate::kCount;
  *is_null = state.count == 0 && !counts;
  if (counts) return Int64GetDatum(state.count);
  if (*is_null) return Datum{0};
  switch (kind.result) {
    case Result::kNumeric: return numeric_result(kind, state);
    case Result::kInteger:
      return integer_datum(static_cast<std::int64_t>(state.low), kind.result_length);
    case Result::kReal: break;
  }
  const double value = kind.aggregate == Aggregate::kAverage
                           ? state.real() / static_cast<double>(state.count)
                           : state.real();
  return kind.result_length == sizeof(float4) ? Float4GetDatum(static_cast<float4>(value))
                                              : Float8GetDatum(value);
}

}  // namespace varve::vectorized
