#pragma once

#include <span>

#include "extension/vectorized/group_key.h"
#include "extension/vectorized/target_column.h"

#include "extension/pg/postgres.h"

// The keys of a batch's rows, by runs: neighbours are mostly of one group, as row groups are
// sorted, and of one bucket, as rows come in the order of time. C API.
namespace varve::vectorized {

class KeyRuns {
 public:
  /// Of rows of a batch, until the next batch; `columns` are those of targets.
  void begin(std::span<const PlannedKey> keys, const TargetColumn* columns,
             std::span<const std::uint16_t> rows);

  /// What the rows from the i-th up to `end` have in common of a key: of one that is passed by
  /// reference, the Datum. To be asked with i that do not descend.
  struct Run {
    std::uint64_t bits;
    bool is_null;
    std::size_t end;
  };
  const Run& run_at(int key, std::size_t i) {
    State& state = states_[key];
    if (state.run.end <= i) find_run(key, i);
    return state.run;
  }

 private:
  struct State {
    TargetColumn column;
    Run run;
    std::size_t ordered_end;  // of the rows whose values ascend, or descend
    bool has_start;           // steps of a fixed width: `run.bits` is one
  };

  void find_run(int key, std::size_t i);
  void find_equal(State& state, std::size_t i) const;
  void find_step(int key, std::size_t i);
  void find_fixed_step(int key, std::size_t i);
  static bool move_start(State& state, std::int64_t value, std::int16_t length);
  void find_order(State& state, std::size_t i) const;
  bool is_same_step(int key, std::size_t i);
  std::uint64_t step_bits(int key, std::size_t i, bool* is_null);

  std::span<const PlannedKey> keys_;
  std::span<const std::uint16_t> rows_;
  State states_[kMostKeys];
};

}  // namespace varve::vectorized
