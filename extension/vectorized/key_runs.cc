#include "extension/vectorized/key_runs.h"

#include <algorithm>

extern "C" {
#include <datatype/timestamp.h>
}

namespace varve::vectorized {
namespace {

/// Not near the ends of a type of this length, nor infinite: numbers that can be counted with.
bool is_moderate(std::int64_t value, std::int16_t length) {
  const std::int64_t limit = length == 2   ? INT16_MAX
                             : length == 4 ? INT32_MAX
                                           : -std::int64_t{MIN_TIMESTAMP};
  return value >= -limit && value <= limit;
}

}  // namespace

std::uint64_t key_bits(Datum value, std::int16_t length) {
  switch (length) {
    case 1: return DatumGetBool(value) ? 1 : 0;
    case 2: return static_cast<std::uint64_t>(std::int64_t{DatumGetInt16(value)});
    case 4: return static_cast<std::uint64_t>(std::int64_t{DatumGetInt32(value)});
    default: return value;
  }
}

void KeyRuns::begin(std::span<const PlannedKey> keys, const TargetColumn* columns,
                    std::span<const std::uint16_t> rows) {
  keys_ = keys;
  rows_ = rows;
  for (std::size_t i = 0; i < keys.size(); ++i) {
    states_[i] = {columns[keys[i].target], {0, false, 0}, 0, false};
  }
}

void KeyRuns::find_run(int key, std::size_t i) {
  State& state = states_[key];
  if (state.column.step != nullptr) {
    return state.column.step->width > 0 ? find_fixed_step(key, i) : find_step(key, i);
  }
  const Datum value = state.column.values[rows_[i]];
  state.run.is_null = state.column.nulls[rows_[i]];
  state.run.bits =
      keys_[key].kind() == PlannedKey::Kind::kValue ? key_bits(value, keys_[key].length) : value;
  find_equal(state, i);
}

/// Datums of one column are all made alike.
void KeyRuns::find_equal(State& state, std::size_t i) const {
  const Datum* values = state.column.values;
  const bool* nulls = state.column.nulls;
  const Datum value = values[rows_[i]];
  const bool is_null = nulls[rows_[i]];
  std::size_t end = i + 1;
  while (end < rows_.size() && nulls[rows_[end]] == is_null &&
         (is_null || values[rows_[end]] == value)) {
    ++end;
  }
  state.run.end = end;
}

void KeyRuns::find_step(int key, std::size_t i) {
  State& state = states_[key];
  state.run.bits = step_bits(key, i, &state.run.is_null);
  if (state.column.nulls[rows_[i]]) return find_equal(state, i);
  if (state.ordered_end <= i) find_order(state, i);
  const std::size_t end = state.ordered_end;
  // What two values have in common, all between them have: leap, then halve the last leap.
  std::size_t same = i;
  std::size_t leap = 1;
  while (same + leap < end && is_same_step(key, same + leap)) {
    same += leap;
    leap *= 2;
  }
  std::size_t other = std::min(same + leap, end);
  while (same + 1 < other) {
    const std::size_t middle = same + (other - same) / 2;
    (is_same_step(key, middle) ? same : other) = middle;
  }
  state.run.end = same + 1;
}

/// Makes the step where the run's bits are that of `value`, which is in another; false where that
/// must be left to the function, which may report an error.
bool KeyRuns::move_start(State& state, std::int64_t value, std::int16_t length) {
  const std::int64_t width = state.column.step->width;
  const auto start = static_cast<std::int64_t>(state.run.bits);
  std::int64_t distance = (value - start) / width;
  if (value < start && start + distance * width != value) --distance;
  const std::int64_t moved = start + distance * width;
  if (!is_moderate(moved, length)) return false;
  state.run.bits = static_cast<std::uint64_t>(moved);
  return true;
}

void KeyRuns::find_fixed_step(int key, std::size_t i) {
  State& state = states_[key];
  const Datum* values = state.column.values;
  const bool* nulls = state.column.nulls;
  const std::int16_t length = keys_[static_cast<std::size_t>(key)].length;
  if (nulls[rows_[i]]) {
    // The start that is known is kept.
    const std::uint64_t bits = state.run.bits;
    find_equal(state, i);
    state.run.is_null = true;
    state.run.bits = bits;
    return;
  }
  const auto value = static_cast<std::int64_t>(values[rows_[i]]);
  state.run.is_null = false;
  const bool is_known =
      state.has_start && is_moderate(value, length) && move_start(state, value, length);
  if (!is_known) {
    state.run.bits = step_bits(key, i, &state.run.is_null);
    // An infinity is its own step.
    state.has_start = is_moderate(value, length);
    if (!state.has_start) return find_equal(state, i);
  }
  const std::uint64_t width = static_cast<std::uint64_t>(state.column.step->width);
  std::size_t end = i + 1;
  while (end < rows_.size() && !nulls[rows_[end]] && values[rows_[end]] - state.run.bits < width) {
    ++end;
  }
  state.run.end = end;
}

void KeyRuns::find_order(State& state, std::size_t i) const {
  const auto value = [&](std::size_t at) {
    return static_cast<std::int64_t>(state.column.values[rows_[at]]);
  };
  bool ascends = true;
  bool descends = true;
  std::size_t end = i + 1;
  for (; end < rows_.size() && !state.column.nulls[rows_[end]]; ++end) {
    ascends = ascends && value(end - 1) <= value(end);
    descends = descends && value(end - 1) >= value(end);
    if (!ascends && !descends) break;
  }
  state.ordered_end = end;
}

bool KeyRuns::is_same_step(int key, std::size_t i) {
  bool is_null = false;
  const std::uint64_t bits = step_bits(key, i, &is_null);
  const Run& run = states_[key].run;
  return is_null == run.is_null && (is_null || bits == run.bits);
}

std::uint64_t KeyRuns::step_bits(int key, std::size_t i, bool* is_null) {
  const TargetColumn& column = states_[key].column;
  const std::uint16_t row = rows_[i];
  const Datum result = (*column.step)(column.values[row], column.nulls[row], is_null);
  return *is_null ? 0 : key_bits(result, keys_[key].length);
}

}  // namespace varve::vectorized
