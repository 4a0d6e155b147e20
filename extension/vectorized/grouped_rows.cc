#include "extension/vectorized/grouped_rows.h"

#include <algorithm>

#include "extension/vectorized/scan_node.h"

#include "extension/pg/executor.h"
extern "C" {
#include <executor/executor.h>
#include <miscadmin.h>
}

namespace varve::vectorized {
namespace {

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
  planned_keys_ = keys;
  aggregates_ = aggregates;
  context_ = AllocSetContextCreate(CurrentMemoryContext, "groups of vectorized aggregate",
                                   ALLOCSET_DEFAULT_SIZES);
  reader_memory_ = AllocSetContextCreate(CurrentMemoryContext, "scan of vectorized aggregate",
                                         ALLOCSET_DEFAULT_SIZES);
  batch_memory_ = AllocSetContextCreate(CurrentMemoryContext, "batch of vectorized aggregate",
                                        ALLOCSET_DEFAULT_SIZES);
  row_groups_ = static_cast<std::uint32_t*>(palloc(sizeof(std::uint32_t) * kMostBatchRows));
  grouped_rows_ = static_cast<std::uint16_t*>(palloc(sizeof(std::uint16_t) * kMostBatchRows));
  filtered_groups_ = static_cast<std::uint32_t*>(palloc(sizeof(std::uint32_t) * kMostBatchRows));
  filtered_rows_ = static_cast<std::uint16_t*>(palloc(sizeof(std::uint16_t) * kMostBatchRows));
  keys_.begin(keys);
  find_used();
  waiting_count_ = 1;
}

void GroupedRows::find_used() {
  std::size_t most = planned_keys_.size() + aggregates_.size();
  for (const PlannedAggregate& planned : aggregates_) {
    if (planned.filter != nullptr) most += planned.filter->columns().size();
  }
  used_ = static_cast<UsedTarget*>(palloc(sizeof(UsedTarget) * (most + 1)));
  int last = 0;
  const auto use = [&](int target, bool is_counted) {
    UsedTarget* end = used_ + used_count_;
    UsedTarget* found =
        std::find_if(used_, end, [&](const UsedTarget& used) { return used.target == target; });
    if (found == end) used_[used_count_++] = {target, is_counted};
    found->is_counted = found->is_counted && is_counted;
    last = std::max(last, target);
  };
  for (const PlannedKey& key : planned_keys_) use(key.target, false);
  for (const PlannedAggregate& planned : aggregates_) {
    state_bytes_ += bytes_of(planned.kind->aggregate, planned.kind->number);
    if (planned.target >= 0) use(planned.target, planned.kind->aggregate == Aggregate::kCount);
    if (planned.filter == nullptr) continue;
    for (const AggregateFilter::Column& column : planned.filter->columns()) {
      use(column.target, false);
    }
  }
  columns_ = static_cast<TargetColumn*>(palloc0(sizeof(TargetColumn) * (last + 1U)));
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
  if (planned_keys_.empty() && groups_.count() == 0) {  // there is one, of no rows, too
    constexpr std::uint64_t kNoKey[] = {0};
    groups_.find(kNoKey, 0, 0);
  }
  return true;
}

/// Reads the child for the groups of the partition.
void GroupedRows::load(Partition partition) {
  MemoryContextReset(context_);
  partition_ = partition;
  // Hashes that agree in this many bits are of keys that no memory can tell apart.
  const std::size_t limit = partition.bits < 31 ? get_hash_memory_limit() : SIZE_MAX;
  groups_.begin(context_, keys_.words(), state_bytes_, limit);
  texts_.begin(context_);
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
  if (HeapReader::can_read(child, {used_, used_count_})) {
    return read_heap(reinterpret_cast<SeqScanState*>(child));
  }
  read_rows(child);
}

void GroupedRows::read_heap(SeqScanState* child) {
  PlanState& node = child->ss.ps;
  if (node.chgParam != nullptr) ExecReScan(&node);
  const MemoryContext before = MemoryContextSwitchTo(reader_memory_);
  reader_.begin(*child, {used_, used_count_});
  MemoryContextSwitchTo(before);
  reader_.give_columns(columns_);
  while (!is_full_) {
    if (node.instrument != nullptr) InstrStartNode(node.instrument);
    const Rows rows = reader_.next();
    if (node.instrument != nullptr) {
      InstrStopNode(node.instrument, static_cast<double>(rows.size()));
    }
    if (rows.empty()) break;
    add_batch(rows);
  }
  reader_.end();
  MemoryContextReset(reader_memory_);
}

void GroupedRows::read_batches(PlanState* child) {
  if (child->chgParam != nullptr) ExecReScan(child);
  Batch batch;
  while (!is_full_ && next_batch_of(child, &batch)) {
    if (batch.row != nullptr) {
      collect(batch.row);
      continue;
    }
    add_collected();
    for (std::size_t i = 0; i < used_count_; ++i) {
      const NeededColumn column = column_of_target(child, used_[i].target);
      columns_[used_[i].target] = {column.values, column.nulls,
                                   step_of_target(child, used_[i].target)};
    }
    add_batch(batch.rows);
  }
  add_collected();
}

void GroupedRows::read_rows(PlanState* child) {
  while (!is_full_) {
    CHECK_FOR_INTERRUPTS();
    TupleTableSlot* row = ExecProcNode(child);
    if (TupIsNull(row)) break;
    collect(row);
  }
  add_collected();
}

// --- Rows that come one by one

void GroupedRows::begin_collecting() {
  const MemoryContext before = MemoryContextSwitchTo(GetMemoryChunkContext(columns_));
  TupleDesc types = ExecGetResultType(child_);
  collected_.begin(static_cast<int>(used_count_));
  for (std::size_t i = 0; i < used_count_; ++i) {
    const FormData_pg_attribute& type = *TupleDescAttr(types, used_[i].target);
    collected_.column(static_cast<int>(i)) = {type.attlen, type.attbyval, used_[i].is_counted,
                                              nullptr, nullptr};
  }
  collected_.make_room();
  MemoryContextSwitchTo(before);
  collects_ = true;
}

void GroupedRows::collect(TupleTableSlot* row) {
  if (!collects_) begin_collecting();
  for (std::size_t i = 0; i < used_count_; ++i) {
    const auto at = static_cast<int>(i);
    bool is_null = false;
    const Datum value = slot_getattr(row, used_[i].target + 1, &is_null);
    if (is_null) {
      collected_.set_null(at, collected_.rows());
    } else {
      const BatchColumn& column = collected_.column(at);
      collected_.set(at, collected_.rows(),
                     column.by_value ? key_bits(value, column.length) : value);
    }
  }
  collected_.add_rows(1);
  if (!collected_.has_room(1)) add_collected();
}

void GroupedRows::add_collected() {
  if (!collects_ || collected_.rows() == 0) return;
  std::uint16_t rows[kMostBatchRows];
  for (std::uint32_t i = 0; i < collected_.rows(); ++i) rows[i] = static_cast<std::uint16_t>(i);
  for (std::size_t i = 0; i < used_count_; ++i) {
    const BatchColumn& column = collected_.column(static_cast<int>(i));
    columns_[used_[i].target] = {column.values, column.nulls, nullptr};
  }
  if (!is_full_) add_batch({rows, collected_.rows()});
  collected_.clear();
}

}  // namespace varve::vectorized
