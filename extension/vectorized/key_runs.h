#pragma once

#include "extension/vectorized/group_table.h"
#include "extension/vectorized/scan_node.h"

#include "extension/pg/postgres.h"

// The keys of a batch's rows, by runs: neighbours are mostly of one group, as row groups are
// sorted. C API.
namespace varve::vectorized {

struct PlannedKey {
  int target;           // of the scans
  std::int16_t length;  // of its type, which is passed by value
};

/// The bits of a key of a type of this length, whoever made the Datum.
std::uint64_t key_bits(Datum value, std::int16_t length);

class KeyRuns {
 public:
  /// Of a batch of the child, until the next batch.
  void begin(PlanState* child, const PlannedKey* keys, int count,
             std::span<const std::uint16_t> rows);
  /// The keys of the batch's i-th row; gives the number of the first row behind it whose keys may
  /// be others. To be asked with what it has given, from 0 on.
  std::size_t next(std::size_t i, GroupKeys* keys);

 private:
  struct Run {
    NeededColumn column;
    bool is_step;
    std::size_t end;          // of the rows with this key
    std::size_t ordered_end;  // of those whose values ascend, or descend
    std::uint64_t bits;
    bool is_null;
  };

  void find_run(int key, std::size_t i);
  void find_equal(Run& run, std::size_t i) const;
  void find_step(int key, std::size_t i);
  void find_order(Run& run, std::size_t i) const;
  bool is_same_step(int key, std::size_t i);
  std::uint64_t step_bits(int key, std::size_t i, bool* is_null);

  PlanState* child_;
  const PlannedKey* keys_;
  int count_;
  std::span<const std::uint16_t> rows_;
  Run runs_[kMostKeys];
};

}  // namespace varve::vectorized
