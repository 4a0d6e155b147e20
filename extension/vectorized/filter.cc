#include "extension/vectorized/filter.h"

#include <algorithm>
#include <bit>
#include <limits>

extern "C" {
#include <catalog/pg_type.h>
#include <executor/executor.h>
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

FilterCondition* known_at_once(FilterCondition* condition) {
  const Kind kind = condition->condition.kind;
  if (kind == Kind::kIsTrue || kind == Kind::kIsFalse) {
    const std::int64_t wanted = kind == Kind::kIsTrue ? 1 : 0;
    condition->integers = {wanted, wanted};
  }
  condition->is_known = true;
  condition->is_harmless = true;
  return condition;
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

std::uint32_t count(vector::Passes passes) {
  std::uint32_t ones = 0;
  for (const std::uint8_t pass : passes) ones += pass;
  return ones;
}

}  // namespace

void Filter::begin(PlanState& node, List* qualifiers, Relation chunk) {
  node_ = &node;
  values_ = AllocSetContextCreate(CurrentMemoryContext, "values of a vectorized filter",
                                  ALLOCSET_SMALL_SIZES);
  conditions_ = static_cast<FilterCondition*>(
      palloc0(sizeof(FilterCondition) * (list_length(qualifiers) + 1)));
  const auto* plan = reinterpret_cast<const Scan*>(node.plan);
  bool is_behind_others = false;
  ListCell* cell;
  foreach (cell, qualifiers) {
    auto* qualifier = static_cast<Node*>(lfirst(cell));
    FilterCondition* found = &conditions_[count_];
    const bool is_condition =
        condition_of(qualifier, plan->scanrelid, RelationGetDescr(chunk), &found->condition);
    if (!is_condition) {
      rest_ = lappend(rest_, qualifier);
      is_behind_others = true;
      continue;
    }
    ++count_;
    found->qualifier = qualifier;
    found->is_first_to_fail = !is_behind_others;
    if (found->condition.value == nullptr) {
      known_at_once(found);
    } else {
      found->value = ExecInitExpr(found->condition.value, &node);
      found->is_harmless = is_harmless(found->condition.value);
    }
    if (found->condition.decides && (found->is_harmless || found->is_first_to_fail)) {
      decided_ = lappend(decided_, qualifier);
    } else {
      rest_ = lappend(rest_, qualifier);
      is_behind_others = true;
    }
  }
}

void Filter::rescan() {
  for (int i = 0; i < count_; ++i) {
    FilterCondition& condition = conditions_[i];
    if (condition.value != nullptr) condition.is_known = false;
  }
  MemoryContextReset(values_);
}

bool Filter::know(FilterCondition& condition, bool is_reached) {
  if (condition.is_known) return true;
  ExprContext* context = node_->ps_ExprContext;
  bool is_allowed = condition.is_harmless || (is_reached && condition.is_first_to_fail);
  if (!is_allowed && IsA(condition.condition.value, Param)) {
    // What a subquery gives, or the other side of a join, once it is there.
    const auto* parameter = castNode(Param, condition.condition.value);
    is_allowed = parameter->paramkind == PARAM_EXEC &&
                 context->ecxt_param_exec_vals[parameter->paramid].execPlan == nullptr;
  }
  if (!is_allowed) return false;
  bool is_null;
  const Datum value = ExecEvalExprSwitchContext(condition.value, context, &is_null);
  const MemoryContext before = MemoryContextSwitchTo(values_);
  set_value(condition, value, is_null);
  MemoryContextSwitchTo(before);
  condition.is_known = true;
  return true;
}

void Filter::set_value(FilterCondition& known, Datum value, bool is_null) {
  const Condition& condition = known.condition;
  known.is_never = is_null;
  known.range_count = 0;
  if (is_null) return;
  if (condition.kind == Kind::kAny) return set_elements(known, value);
  const std::int16_t length = condition.column.representation.length;
  if (condition.decides && is_integer(condition)) {
    known.integers = vector::matching(condition.comparison, integer_of(value, condition.length));
  } else if (condition.decides) {
    known.doubles = vector::matching(condition.comparison, double_of(value, condition.length));
  }
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

void Filter::set_elements(FilterCondition& known, Datum value) {
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
    if (known.range_count > kMostRanges) known.range_count = 0;
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

bool Filter::may_match(columnstore::Reader& reader, std::uint16_t group) {
  return std::all_of(conditions_, conditions_ + count_, [&](FilterCondition& condition) {
    if (!know(condition, false)) return true;
    if (condition.is_never) return false;
    if (condition.range_count == 0) return true;
    return std::any_of(condition.ranges, condition.ranges + condition.range_count,
                       [&](const columnstore::ValueRange& range) {
                         return reader.may_contain(group, condition.condition.column.attribute,
                                                   range);
                       });
  });
}

bool Filter::is_excluded(columnstore::Reader& reader, std::uint16_t group, std::uint32_t vector,
                         const FilterCondition& condition) {
  if (condition.is_never) return true;
  if (condition.range_count == 0) return false;
  return std::none_of(condition.ranges, condition.ranges + condition.range_count,
                      [&](const columnstore::ValueRange& range) {
                        return reader.may_contain(group, vector,
                                                  condition.condition.column.attribute, range);
                      });
}

void Filter::select(columnstore::Reader& reader, std::uint16_t group, std::uint32_t vector,
                    std::uint32_t rows, const std::uint64_t* dead, Selection* selection) {
  selection->count = selection->visible = 0;
  selection->is_excluded = true;
  for (int i = 0; i < count_; ++i) {
    if (!know(conditions_[i], false)) continue;
    if (is_excluded(reader, group, vector, conditions_[i])) return;
  }
  selection->is_excluded = false;
  const vector::Passes passes = {passes_, rows};
  std::fill_n(passes_, rows, 1);
  if (dead != nullptr) {
    const std::size_t first = std::size_t{vector} * (kVectorLength / 64);
    vector::drop_bits({dead + first, kVectorLength / 64}, passes);
  }
  selection->visible = dead == nullptr ? rows : count(passes);
  if (selection->visible == 0) return;
  for (int i = 0; i < count_; ++i) {
    FilterCondition& condition = conditions_[i];
    if (!condition.is_known) {
      if (!know(condition, count(passes) > 0)) continue;
      if (is_excluded(reader, group, vector, condition)) return;
    }
    if (!condition.condition.decides) continue;
    // A column is not worth decoding for rows that are gone.
    if (i > 0 && count(passes) == 0) return;
    apply(condition, reader.column(group, vector, condition.condition.column.attribute), passes);
  }
  selection->count = static_cast<std::uint32_t>(vector::positions(passes, selection->rows));
}

}  // namespace varve::vectorized
