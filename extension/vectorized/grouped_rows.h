#pragma once

#include "extension/vectorized/aggregate_filter.h"
#include "extension/vectorized/aggregate_kind.h"
#include "extension/vectorized/batch_keys.h"
#include "extension/vectorized/group_table.h"
#include "extension/vectorized/heap_reader.h"
#include "extension/vectorized/key_set.h"
#include "extension/vectorized/text_set.h"

#include "extension/pg/postgres.h"
extern "C" {
#include <nodes/execnodes.h>
}

// Groups that are fed with what a plan gives: by vectors where it can, or row by row. C API.
namespace varve::vectorized {

struct PlannedAggregate {
  const AggregateKind* kind;
  int target;               // of the scans, its argument; -1: none
  std::size_t offset;       // of its state among those of a group
  AggregateFilter* filter;  // null: all rows
};

/// Groups of one partition of the keys at a time: as many partitions as memory makes necessary, and
/// the child is read for each.
class GroupedRows {
 public:
  /// For rows of `child`; what is planned lives as long.
  void begin(PlanState* child, std::span<const PlannedKey> keys,
             std::span<const PlannedAggregate> aggregates);
  /// Leaves out groups whose keys are not among them; null: none.
  void take_only(const KeySet* wanted) { wanted_ = wanted; }
  /// Begins again; the child's parameters may be others.
  void restart();

  /// Makes `groups()` those of the next partition; false behind the last.
  bool next_partition();
  [[nodiscard]] std::size_t count() const { return groups_.count(); }
  [[nodiscard]] const std::uint64_t* key(std::size_t group) const { return groups_.key(group); }
  [[nodiscard]] const Accumulator& state(std::size_t group, const PlannedAggregate& of) const {
    return groups_.states(of.offset)[group];
  }
  /// How often the child has been read.
  [[nodiscard]] int reads() const { return reads_; }

 private:
  using Rows = std::span<const std::uint16_t>;

  void find_used();
  void begin_collecting();
  void load(Partition partition);
  // What the child gives.
  void read_child();
  void read_append(AppendState* append);
  void read(PlanState* child);
  void read_heap(SeqScanState* child);
  void read_batches(PlanState* child);
  void read_rows(PlanState* child);
  void collect(TupleTableSlot* row);
  void add_collected();
  // Rows of which `columns_` are the targets, into groups.
  void add_batch(Rows rows);
  void add_runs(Rows rows);
  void add_each_row(Rows rows);
  [[nodiscard]] bool takes(std::uint64_t hash) const {
    return partition_.has(hash) && (wanted_ == nullptr || wanted_->has(hash));
  }
  std::uint32_t group_of(std::size_t i);
  void add_to_group(std::uint32_t group, Rows rows);
  void add_to_groups(Rows rows);
  Rows filtered(AggregateFilter& filter, Rows rows, const std::uint32_t* groups);

  PlanState* child_ = nullptr;
  std::span<const PlannedKey> planned_keys_;
  std::span<const PlannedAggregate> aggregates_;
  UsedTarget* used_ = nullptr;
  std::size_t used_count_ = 0;
  TargetColumn* columns_ = nullptr;  // by target, as far as they are used

  MemoryContext context_ = nullptr;  // of the groups
  GroupTable groups_;
  TextSet texts_;
  std::size_t state_bytes_ = 0;
  BatchKeys keys_;
  const KeySet* wanted_ = nullptr;
  std::uint32_t* row_groups_ = nullptr;
  std::uint16_t* grouped_rows_ = nullptr;   // of the batch, those that are taken
  std::uint16_t* filtered_rows_ = nullptr;  // of them, those that a filter takes
  std::uint32_t* filtered_groups_ = nullptr;
  bool by_runs_ = true;  // of the last batch neighbours were of one group

  RowBatch collected_;  // rows that come one by one
  bool collects_ = false;
  MemoryContext reader_memory_ = nullptr;
  MemoryContext batch_memory_ = nullptr;
  HeapReader reader_;

  Partition partition_ = {};
  Partition waiting_[64] = {};  // to be done, the last one next; one is halved at a time
  int waiting_count_ = 0;
  int reads_ = 0;
  bool is_full_ = false;  // the partition has turned out to be too large
  double rows_ = 0;       // of all scans, for EXPLAIN
};

}  // namespace varve::vectorized
