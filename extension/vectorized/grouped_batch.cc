// Rows of a batch into their groups: by runs of neighbours of one group, or each by itself.
#include "extension/vectorized/grouped_rows.h"
#include "extension/vectorized/numeric_sum.h"

extern "C" {
#include <utils/float.h>
}

namespace varve::vectorized {
namespace {

/// Runs shorter than this cost more than their rows one by one.
constexpr std::size_t kShortRun = 8;

bool is_numeric(const PlannedAggregate& planned) {
  return planned.kind->number == Number::kNumeric;
}

Values values_of(const PlannedAggregate& planned, const TargetColumn* columns) {
  if (planned.target < 0) return {nullptr, nullptr, planned.kind->number};
  const TargetColumn& column = columns[planned.target];
  return {column.values, column.nulls, planned.kind->number};
}

}  // namespace

void GroupedRows::add_batch(Rows rows) {
  rows_ += static_cast<double>(rows.size());
  MemoryContextReset(batch_memory_);
  keys_.start(columns_, rows, batch_memory_);
  if (by_runs_) {
    add_runs(rows);
  } else {
    add_each_row(rows);
  }
}

void GroupedRows::add_runs(Rows rows) {
  std::size_t runs = 0;
  for (std::size_t i = 0; i < rows.size(); ++runs) {
    const std::size_t end = keys_.end_of_run(i);
    keys_.compute(i, i + 1);
    if (takes(keys_.hash(i))) {
      const std::uint32_t group = group_of(i);
      if (is_full_) return;
      add_to_group(group, rows.subspan(i, end - i));
    }
    i = end;
  }
  by_runs_ = planned_keys_.empty() || runs * kShortRun <= rows.size();
}

void GroupedRows::add_each_row(Rows rows) {
  keys_.compute(0, rows.size());
  std::size_t count = 0;
  for (std::size_t i = 0; i < rows.size(); ++i) {
    if (!takes(keys_.hash(i))) continue;
    groups_.prefetch(keys_.hash(i));
    grouped_rows_[count++] = static_cast<std::uint16_t>(i);
  }
  if (count == 0) return;
  std::size_t runs = 0;
  for (std::size_t k = 0; k < count; ++k) {
    const std::size_t i = grouped_rows_[k];
    const std::uint32_t group = group_of(i);
    if (is_full_) return;
    if (k == 0 || row_groups_[k - 1] != group) ++runs;
    row_groups_[k] = group;
    grouped_rows_[k] = rows[i];
  }
  add_to_groups({grouped_rows_, count});
  by_runs_ = runs * kShortRun <= count;
}

/// The group of the i-th row of the batch, or `is_full_`.
std::uint32_t GroupedRows::group_of(std::size_t i) {
  if (keys_.has_texts()) keys_.keep(i, texts_);
  const std::uint32_t group = groups_.find(keys_.key(i), keys_.hash(i), texts_.bytes());
  if (group == GroupTable::kFull) is_full_ = true;
  return group;
}

/// The rows that the filter takes, and with `groups`, theirs.
GroupedRows::Rows GroupedRows::filtered(AggregateFilter& filter, Rows rows,
                                        const std::uint32_t* groups) {
  std::size_t count = 0;
  for (std::size_t i = 0; i < rows.size(); ++i) {
    if (!filter.takes(columns_, rows[i])) continue;
    if (groups != nullptr) filtered_groups_[count] = groups[i];
    filtered_rows_[count++] = rows[i];
  }
  return {filtered_rows_, count};
}

void GroupedRows::add_to_group(std::uint32_t group, Rows all) {
  for (const PlannedAggregate& planned : aggregates_) {
    const Values values = values_of(planned, columns_);
    const Rows rows = planned.filter == nullptr ? all : filtered(*planned.filter, all, nullptr);
    Accumulator& state = groups_.states(planned.offset)[group];
    if (is_numeric(planned)) {
      add_numerics(values, rows, state, context_);
    } else if (!add(planned.kind->aggregate, values, rows, state)) {
      float_overflow_error();
    }
  }
}

void GroupedRows::add_to_groups(Rows all) {
  for (const PlannedAggregate& planned : aggregates_) {
    const Values values = values_of(planned, columns_);
    const States states = groups_.states(planned.offset);
    Rows rows = all;
    const std::uint32_t* groups = row_groups_;
    if (planned.filter != nullptr) {
      rows = filtered(*planned.filter, all, row_groups_);
      groups = filtered_groups_;
    }
    if (is_numeric(planned)) {
      add_each_numeric(values, rows, groups, states, context_);
    } else if (!add_each(planned.kind->aggregate, values, rows, groups, states)) {
      float_overflow_error();
    }
  }
}

}  // namespace varve::vectorized
