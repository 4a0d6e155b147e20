#pragma once

#include "extension/vectorized/aggregate_kind.h"
#include "extension/vectorized/group_table.h"
#include "extension/vectorized/key_runs.h"

#include "extension/pg/postgres.h"
extern "C" {
#include <nodes/execnodes.h>
}

// Groups that are fed with what a plan gives: by vectors where it can, or row by row. C API.
namespace varve::vectorized {

struct PlannedAggregate {
  const AggregateKind* kind;
  int target;  // of the scans, its argument; -1: none
};

/// Groups of one partition of the keys at a time: as many partitions as memory makes necessary, and
/// the child is read for each.
class GroupedRows {
 public:
  /// For rows of `child`; what is planned lives as long.
  void begin(PlanState* child, std::span<const PlannedKey> keys,
             std::span<const PlannedAggregate> aggregates);
  /// Begins again; the child's parameters may be others.
  void restart();

  /// Makes `groups()` those of the next partition; false behind the last.
  bool next_partition();
  [[nodiscard]] const GroupTable& groups() const { return groups_; }
  /// How often the child has been read.
  [[nodiscard]] int reads() const { return reads_; }

 private:
  void load(Partition partition);
  void read_child();
  void read_append(AppendState* append);
  void read(PlanState* child);
  void read_batches(PlanState* child);
  void add_batch(PlanState* child, const Batch& batch);
  void add_run(const PlanState* child, Accumulator* states, std::span<const std::uint16_t> rows);
  void add_row(TupleTableSlot* row);
  GroupKeys keys_of(TupleTableSlot* row) const;
  Accumulator* states_of(const GroupKeys& keys);

  PlanState* child_ = nullptr;
  std::span<const PlannedKey> keys_;
  std::span<const PlannedAggregate> aggregates_;
  MemoryContext context_ = nullptr;  // of the groups
  GroupTable groups_;
  Partition waiting_[64] = {};  // to be done, the last one next; one is halved at a time
  int waiting_count_ = 0;
  int reads_ = 0;
  bool is_full_ = false;  // the partition has turned out to be too large
  double rows_ = 0;       // of all scans, for EXPLAIN
};

}  // namespace varve::vectorized
