#include "extension/vectorized/filter_condition.h"

#include <algorithm>

#include "extension/columnstore/value_hash.h"

extern "C" {
#include <utils/array.h>
#include <utils/datum.h>
#include <utils/lsyscache.h>
}

namespace varve::vectorized {
namespace {

using Kind = Condition::Kind;
using columnstore::kVectorLength;
using columnstore::Order;

/// Arrays with more elements exclude as one range.
constexpr std::size_t kMostRanges = 16;

std::int64_t integer_of(Datum value, std::int16_t length) {
  switch (length) {
    case 1: return DatumGetBool(value) ? 1 : 0;
    case 2: return DatumGetInt16(value);
    case 4: return DatumGetInt32(value);
    default: return DatumGetInt64(value);
  }
}

double double_of(Datum value, std::int16_t length) {
  return length == sizeof(float4) ? static_cast<double>(DatumGetFloat4(value))
                                  : DatumGetFloat8(value);
}

/// An end of a range as a value of the column's type, which it is within.
Datum datum_of(std::int64_t value, std::int16_t length) {
  switch (length) {
    case 1: return BoolGetDatum(value != 0);
    case 2: return Int16GetDatum(static_cast<std::int16_t>(value));
    case 4: return Int32GetDatum(static_cast<std::int32_t>(value));
    default: return Int64GetDatum(value);
  }
}

vector::IntegerRange limits_of(std::int16_t length) {
  switch (length) {
    case 1: return {0, 1};
    case 2: return {INT16_MIN, INT16_MAX};
    case 4: return {INT32_MIN, INT32_MAX};
    default: return {INT64_MIN, INT64_MAX};
  }
}

/// The range as what the store is asked for; false where no value of the column is in it.
bool stored_range(vector::IntegerRange range, std::int16_t length,
                  columnstore::ValueRange* stored) {
  const vector::IntegerRange limits = limits_of(length);
  const std::int64_t low = std::max(range.low, limits.low);
  const std::int64_t high = std::min(range.high, limits.high);
  if (low > high) return false;
  *stored = {datum_of(low, length), datum_of(high, length), true, true};
  return true;
}

bool is_integer(const Condition& condition) {
  return condition.column.representation.order == Order::kInteger;
}

/// The range of a comparison with a value of the column's own type.
columnstore::ValueRange range_of(vector::Comparison comparison, Datum value) {
  return {value, value, comparison >= vector::Comparison::kEqual,
          comparison <= vector::Comparison::kEqual};
}

/// float4 as the numbers that it is.
std::span<const double> doubles_of(const columnstore::Vector& column, std::int16_t length,
                                   double* room) {
  if (length == sizeof(float8)) {
    return {reinterpret_cast<const double*>(column.values), column.rows};
  }
  for (std::uint32_t i = 0; i < column.rows; ++i) {
    room[i] = static_cast<double>(DatumGetFloat4(column.values[i]));
  }
  return {room, column.rows};
}

void compare(const FilterCondition& condition, const columnstore::Vector& column,
             vector::Passes passes) {
  static_assert(sizeof(Datum) == sizeof(std::int64_t) && FLOAT8PASSBYVAL);
  if (!is_integer(condition.condition)) {
    double room[kVectorLength];
    const std::int16_t length = condition.condition.column.representation.length;
    vector::keep(doubles_of(column, length, room), condition.doubles, passes);
    return;
  }
  // Datums of integers are sign-extended.
  const std::span<const std::int64_t> values = {
      reinterpret_cast<const std::int64_t*>(column.values), column.rows};
  if (condition.condition.kind == Kind::kAny) {
    vector::keep_any(values, {condition.set, condition.set_count}, passes);
  } else {
    vector::keep(values, condition.integers, passes);
  }
}

/// What bloom filters are asked for: values that are not null.
void set_hashes(FilterCondition& known, const Datum* values, const bool* nulls, int count) {
  known.hash_count = 0;
  if (!OidIsValid(known.condition.hash) || count > columnstore::kMostHashes) return;
  FmgrInfo function;
  fmgr_info(known.condition.hash, &function);
  known.hashes = static_cast<std::uint64_t*>(palloc(sizeof(std::uint64_t) * (count + 1)));
  for (int i = 0; i < count; ++i) {
    if (nulls[i]) continue;  // nothing is equal to it
    known.hashes[known.hash_count++] =
        columnstore::value_hash(function, known.condition.column.collation, values[i]);
  }
}

void set_elements(FilterCondition& known, Datum value) {
  const Condition& condition = known.condition;
  ArrayType* array = DatumGetArrayTypePCopy(value);
  std::int16_t size;
  bool by_value;
  char alignment;
  get_typlenbyvalalign(ARR_ELEMTYPE(array), &size, &by_value, &alignment);
  Datum* elements;
  bool* nulls;
  int count;
  deconstruct_array(array, ARR_ELEMTYPE(array), size, by_value, alignment, &elements, &nulls,
                    &count);
  set_hashes(known, elements, nulls, count);
  known.set = static_cast<std::int64_t*>(palloc(sizeof(std::int64_t) * (count + 1)));
  known.ranges =
      static_cast<columnstore::ValueRange*>(palloc(sizeof(columnstore::ValueRange) * (count + 1)));
  known.set_count = 0;
  const std::int16_t length = condition.column.representation.length;
  for (int i = 0; i < count; ++i) {
    if (nulls[i]) continue;  // nothing is equal to it
    if (!condition.decides) {
      known.ranges[known.range_count++] = range_of(condition.comparison, elements[i]);
      continue;
    }
    const std::int64_t element = integer_of(elements[i], condition.length);
    columnstore::ValueRange range;
    if (stored_range({element, element}, length, &range)) known.set[known.set_count++] = element;
  }
  if (!condition.decides) {
    known.is_never = known.range_count == 0;
    if (known.range_count > kMostRanges || !condition.excludes) known.range_count = 0;
    return;
  }
  std::sort(known.set, known.set + known.set_count);
  known.is_never = known.set_count == 0;
  if (known.is_never || !condition.excludes) return;
  if (known.set_count > kMostRanges) {
    known.range_count = 1;
    stored_range({known.set[0], known.set[known.set_count - 1]}, length, known.ranges);
    return;
  }
  for (std::size_t i = 0; i < known.set_count; ++i) {
    stored_range({known.set[i], known.set[i]}, length, &known.ranges[known.range_count++]);
  }
}

/// Whether none of the ranges is met, by whatever is asked.
template <class MayContain>
bool none_may(const FilterCondition& known, MayContain&& may_contain) {
  if (known.is_never) return true;
  return known.range_count > 0 &&
         std::none_of(known.ranges, known.ranges + known.range_count, may_contain);
}

}  // namespace

void set_value(FilterCondition& known, Datum value, bool is_null) {
  const Condition& condition = known.condition;
  known.is_known = true;
  known.range_count = known.hash_count = 0;
  if (condition.value == nullptr) {
    const std::int64_t wanted = condition.kind == Kind::kIsTrue ? 1 : 0;
    known.integers = {wanted, wanted};
    return;
  }
  known.is_never = is_null;
  if (is_null) return;
  if (condition.kind == Kind::kAny) return set_elements(known, value);
  const std::int16_t length = condition.column.representation.length;
  if (condition.decides && is_integer(condition)) {
    known.integers = vector::matching(condition.comparison, integer_of(value, condition.length));
  } else if (condition.decides) {
    known.doubles = vector::matching(condition.comparison, double_of(value, condition.length));
  }
  set_hashes(known, &value, &is_null, 1);
  if (!condition.excludes) return;
  known.ranges = static_cast<columnstore::ValueRange*>(palloc(sizeof(columnstore::ValueRange)));
  known.range_count = 1;
  if (condition.decides && is_integer(condition)) {
    known.is_never = !stored_range(known.integers, length, known.ranges);
  } else {
    *known.ranges =
        range_of(condition.comparison, datumCopy(value, condition.by_value, condition.length));
  }
}

bool excludes(columnstore::Reader& reader, std::uint16_t group, const FilterCondition& known) {
  return none_may(known, [&](const columnstore::ValueRange& range) {
    return reader.may_contain(group, known.condition.column.attribute, range);
  });
}

bool excludes(columnstore::Reader& reader, std::uint16_t group, std::uint32_t vector,
              const FilterCondition& known) {
  return none_may(known, [&](const columnstore::ValueRange& range) {
    return reader.may_contain(group, vector, known.condition.column.attribute, range);
  });
}

void apply(const FilterCondition& condition, const columnstore::Vector& column,
           vector::Passes passes) {
  const std::span<const bool> nulls = {column.nulls, column.rows};
  if (condition.condition.kind == Kind::kIsNull) {
    vector::keep_only(nulls, passes);
    return;
  }
  vector::drop(nulls, passes);
  if (condition.condition.kind != Kind::kIsNotNull) compare(condition, column, passes);
}

}  // namespace varve::vectorized
