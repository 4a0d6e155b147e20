#include "extension/vectorized/grouped_rows.h"

#include "extension/vectorized/scan_node.h"

#include "extension/pg/executor.h"
extern "C" {
#include <executor/executor.h>
#include <miscadmin.h>
#include <utils/float.h>
}

namespace varve::vectorized {
namespace {

void add_values(const PlannedAggregate& planned, const Values& values,
                std::span<const std::uint16_t> rows, Accumulator& state) {
  if (!add(planned.kind->aggregate, values, rows, state)) float_overflow_error();
}

bool next_batch_of(PlanState* child, Batch* batch) {
  if (child->instrument != nullptr) InstrStartNode(child->instrument);
  const bool found = next_batch(child, batch);
  const double rows = !found                ? 0
                      : batch->rows.empty() ? 1
                                            : static_cast<double>(batch->rows.size());
  if (child->instrument != nullptr) InstrStopNode(child->instrument, rows);
  return found;
}

}  // namespace

void GroupedRows::begin(PlanState* child, std::span<const PlannedKey> keys,
                        std::span<const PlannedAggregate> aggregates) {
  child_ = child;
  keys_ = keys;
  aggregates_ = aggregates;
  context_ = AllocSetContextCreate(CurrentMemoryContext, "groups of vectorized aggregate",
                                   ALLOCSET_DEFAULT_SIZES);
  waiting_count_ = 1;
}

void GroupedRows::restart() {
  // A child whose parameters have changed is scanned anew when it is asked for its first row.
  if (reads_ > 0 && child_->chgParam == nullptr) ExecReScan(child_);
  MemoryContextReset(context_);
  groups_ = {};
  waiting_[0] = {};
  waiting_count_ = 1;
  reads_ = 0;
}

// --- Partitions

bool GroupedRows::next_partition() {
  if (waiting_count_ == 0) return false;
  for (;;) {
    const Partition partition = waiting_[--waiting_count_];
    load(partition);
    if (!is_full_) break;
    const unsigned bits = partition.bits + 1;
    waiting_[waiting_count_++] = {bits, partition.residue | 1U << partition.bits};
    waiting_[waiting_count_++] = {bits, partition.residue};
  }
  Accumulator* states = nullptr;
  if (keys_.empty()) groups_.find({}, &states);  // there is one, of no rows, too
  return true;
}

/// Reads the child for the groups of the partition.
void GroupedRows::load(Partition partition) {
  MemoryContextReset(context_);
  // Hashes that agree in this many bits are of keys that no memory can tell apart.
  const std::size_t limit = partition.bits < 31 ? get_hash_memory_limit() : SIZE_MAX;
  groups_.begin(context_, static_cast<int>(keys_.size()), static_cast<int>(aggregates_.size()),
                partition, limit);
  is_full_ = false;
  read_child();
}

// --- What the child gives

void GroupedRows::read_child() {
  if (reads_++ > 0) ExecReScan(child_);
  auto* append = reinterpret_cast<AppendState*>(child_);
  if (!IsA(child_, AppendState) || append->as_nasyncplans > 0) return read(child_);
  if (child_->chgParam != nullptr) ExecReScan(child_);
  read_append(append);
}

/// The scans below an Append that are left after pruning are asked for themselves.
void GroupedRows::read_append(AppendState* append) {
  if (append->ps.instrument != nullptr) InstrStartNode(append->ps.instrument);
  const double before = rows_;
  Bitmapset* left = nullptr;
  const bool prunes = pg::prunes_now(*append, &left);
  for (int i = 0; i < append->as_nplans; ++i) {
    if (!prunes || bms_is_member(i, left)) read(append->appendplans[i]);
  }
  if (append->ps.instrument != nullptr) InstrStopNode(append->ps.instrument, rows_ - before);
}

void GroupedRows::read(PlanState* child) {
  if (gives_batches(child)) return read_batches(child);
  while (!is_full_) {
    CHECK_FOR_INTERRUPTS();
    TupleTableSlot* row = ExecProcNode(child);
    if (TupIsNull(row)) return;
    add_row(row);
  }
}

void GroupedRows::read_batches(PlanState* child) {
  if (child->chgParam != nullptr) ExecReScan(child);
  Batch batch;
  while (!is_full_ && next_batch_of(child, &batch)) {
    if (batch.row != nullptr) {
      add_row(batch.row);
    } else {
      add_batch(child, batch);
    }
  }
}

// --- Rows into groups

/// The states of a group; null where it is none of those of now.
Accumulator* GroupedRows::states_of(const GroupKeys& keys) {
  Accumulator* states = nullptr;
  if (groups_.find(keys, &states) == GroupTable::Found::kFull) is_full_ = true;
  return states;
}

void GroupedRows::add_batch(PlanState* child, const Batch& batch) {
  rows_ += static_cast<double>(batch.rows.size());
  KeyRuns runs;
  runs.begin(child, keys_.data(), static_cast<int>(keys_.size()), batch.rows);
  for (std::size_t i = 0; i < batch.rows.size() && !is_full_;) {
    GroupKeys keys;
    const std::size_t end = runs.next(i, &keys);
    Accumulator* states = states_of(keys);
    if (states != nullptr) add_run(child, states, batch.rows.subspan(i, end - i));
    i = end;
  }
}

void GroupedRows::add_run(const PlanState* child, Accumulator* states,
                          std::span<const std::uint16_t> rows) {
  for (const PlannedAggregate& planned : aggregates_) {
    Values values = {nullptr, nullptr, planned.kind->number};
    if (planned.target >= 0) {
      const NeededColumn column = column_of_target(child, planned.target);
      values.bits = column.values;
      values.nulls = column.nulls;
    }
    add_values(planned, values, rows, *states++);
  }
}

GroupKeys GroupedRows::keys_of(TupleTableSlot* row) const {
  GroupKeys keys = {};
  for (std::size_t i = 0; i < keys_.size(); ++i) {
    bool is_null = false;
    const Datum value = slot_getattr(row, keys_[i].target + 1, &is_null);
    if (is_null) {
      keys.nulls |= std::uint64_t{1} << i;
    } else {
      keys.bits[i] = key_bits(value, keys_[i].length);
    }
  }
  return keys;
}

void GroupedRows::add_row(TupleTableSlot* row) {
  constexpr std::uint16_t kOnly[] = {0};
  ++rows_;
  Accumulator* states = states_of(keys_of(row));
  if (states == nullptr) return;
  for (const PlannedAggregate& planned : aggregates_) {
    bool is_null = false;
    std::uint64_t bits = 0;
    if (planned.target >= 0) {
      const Datum value = slot_getattr(row, planned.target + 1, &is_null);
      bits = is_null ? 0 : bits_of(*planned.kind, value);
    }
    add_values(planned, {&bits, &is_null, planned.kind->number}, kOnly, *states++);
  }
}

}  // namespace varve::vectorized
