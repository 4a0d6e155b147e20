#include "extension/vectorized/key_runs.h"

#include <algorithm>

namespace varve::vectorized {

std::uint64_t key_bits(Datum value, std::int16_t length) {
  switch (length) {
    case 1: return DatumGetBool(value) ? 1 : 0;
    case 2: return static_cast<std::uint64_t>(std::int64_t{DatumGetInt16(value)});
    case 4: return static_cast<std::uint64_t>(std::int64_t{DatumGetInt32(value)});
    default: return value;
  }
}

void KeyRuns::begin(PlanState* child, const PlannedKey* keys, int count,
                    std::span<const std::uint16_t> rows) {
  child_ = child;
  keys_ = keys;
  count_ = count;
  rows_ = rows;
  for (int i = 0; i < count; ++i) {
    runs_[i] = {
        column_of_target(child, keys[i].target), is_step(child, keys[i].target), 0, 0, 0, false};
  }
}

std::size_t KeyRuns::next(std::size_t i, GroupKeys* keys) {
  *keys = {};
  std::size_t end = rows_.size();
  for (int key = 0; key < count_; ++key) {
    Run& run = runs_[key];
    if (run.end <= i) find_run(key, i);
    keys->bits[key] = run.is_null ? 0 : run.bits;
    if (run.is_null) keys->nulls |= std::uint64_t{1} << key;
    end = std::min(end, run.end);
  }
  return end;
}

void KeyRuns::find_run(int key, std::size_t i) {
  Run& run = runs_[key];
  if (run.is_step) return find_step(key, i);
  run.is_null = run.column.nulls[rows_[i]];
  run.bits = key_bits(run.column.values[rows_[i]], keys_[key].length);
  find_equal(run, i);
}

/// Datums of one column are all made alike.
void KeyRuns::find_equal(Run& run, std::size_t i) const {
  const Datum* values = run.column.values;
  const bool* nulls = run.column.nulls;
  const Datum value = values[rows_[i]];
  const bool is_null = nulls[rows_[i]];
  std::size_t end = i + 1;
  while (end < rows_.size() && nulls[rows_[end]] == is_null &&
         (is_null || values[rows_[end]] == value)) {
    ++end;
  }
  run.end = end;
}

void KeyRuns::find_step(int key, std::size_t i) {
  Run& run = runs_[key];
  run.bits = step_bits(key, i, &run.is_null);
  if (run.column.nulls[rows_[i]]) return find_equal(run, i);
  if (run.ordered_end <= i) find_order(run, i);
  const std::size_t end = run.ordered_end;
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
  run.end = same + 1;
}

void KeyRuns::find_order(Run& run, std::size_t i) const {
  const auto value = [&](std::size_t at) {
    return static_cast<std::int64_t>(run.column.values[rows_[at]]);
  };
  bool ascends = true;
  bool descends = true;
  std::size_t end = i + 1;
  for (; end < rows_.size() && !run.column.nulls[rows_[end]]; ++end) {
    ascends = ascends && value(end - 1) <= value(end);
    descends = descends && value(end - 1) >= value(end);
    if (!ascends && !descends) break;
  }
  run.ordered_end = end;
}

bool KeyRuns::is_same_step(int key, std::size_t i) {
  bool is_null = false;
  const std::uint64_t bits = step_bits(key, i, &is_null);
  return is_null == runs_[key].is_null && (is_null || bits == runs_[key].bits);
}

std::uint64_t KeyRuns::step_bits(int key, std::size_t i, bool* is_null) {
  const NeededColumn& column = runs_[key].column;
  const std::uint16_t row = rows_[i];
  const Datum result =
      step_of_target(child_, keys_[key].target, column.values[row], column.nulls[row], is_null);
  return *is_null ? 0 : key_bits(result, keys_[key].length);
}

}  // namespace varve::vectorized
