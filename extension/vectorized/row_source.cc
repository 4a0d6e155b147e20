#include "extension/vectorized/row_source.h"

#include <algorithm>

#include "extension/columnar/handler.h"
#include "extension/columnar/heap_part.h"
#include "extension/columnar/tid.h"

extern "C" {
#include <access/sysattr.h>
#include <access/tableam.h>
#include <executor/executor.h>
#include <miscadmin.h>
#include <optimizer/optimizer.h>
#include <pgstat.h>
}

namespace varve::vectorized {
namespace {

using columnstore::kVectorLength;

/// Attributes of the chunk in the expressions, without dropped ones: numbers as pull_varattnos().
Bitmapset* attributes_in(const void* expressions, Index table, TupleDesc columns) {
  Bitmapset* found = nullptr;
  pull_varattnos(static_cast<Node*>(const_cast<void*>(expressions)), table, &found);
  constexpr int kWholeRow = 0 - FirstLowInvalidHeapAttributeNumber;
  if (!bms_is_member(kWholeRow, found)) return found;
  for (int i = 1; i <= columns->natts; ++i) {
    if (TupleDescAttr(columns, i - 1)->attisdropped) continue;
    found = bms_add_member(found, i - FirstLowInvalidHeapAttributeNumber);
  }
  return found;
}

/// What clearing and storing a virtual tuple comes to, of a slot that is used again and again.
inline void begin_row(TupleTableSlot* slot) {
  if ((slot->tts_flags & TTS_FLAG_SHOULDFREE) != 0) ExecClearTuple(slot);
  slot->tts_flags &= ~TTS_FLAG_EMPTY;
  slot->tts_nvalid = static_cast<AttrNumber>(slot->tts_tupleDescriptor->natts);
}

}  // namespace

void RowSource::begin(ScanState& node, Relation chunk) {
  node_ = &node;
  chunk_ = chunk;
  heap_slot_ = table_slot_create(chunk, &node.ps.state->es_tupleTable);
  filter_.begin(node.ps, node.ps.plan->qual, chunk);
  find_columns(*node.ps.plan, RelationGetDescr(chunk));
  TupleTableSlot* slot = node.ss_ScanTupleSlot;
  std::fill_n(slot->tts_isnull, slot->tts_tupleDescriptor->natts, true);
  std::fill_n(slot->tts_values, slot->tts_tupleDescriptor->natts, Datum{0});
  slot->tts_tableOid = RelationGetRelid(chunk);
  rescan();
}

void RowSource::find_columns(const Plan& plan, TupleDesc columns) {
  const Index table = reinterpret_cast<const Scan&>(plan).scanrelid;
  Bitmapset* tested = attributes_in(filter_.rest(), table, columns);
  Bitmapset* needed = attributes_in(plan.targetlist, table, columns);
  needed = bms_add_members(needed, attributes_in(plan.qual, table, columns));
  Bitmapset* given = attributes_in(plan.targetlist, table, columns);
  columns_ = static_cast<NeededColumn*>(palloc0(sizeof(NeededColumn) * (columns->natts + 1)));
  const auto add = [&](Bitmapset* attributes, Bitmapset* except) {
    for (int i = 1; i <= columns->natts; ++i) {
      const int member = i - FirstLowInvalidHeapAttributeNumber;
      if (!bms_is_member(member, attributes) || bms_is_member(member, except)) continue;
      columns_[column_count_++].attribute = static_cast<AttrNumber>(i);
    }
  };
  add(tested, nullptr);
  tested_count_ = column_count_;
  add(given, tested);
  const int given_count = column_count_;
  // Those that only the filter needs are the heap part's alone.
  add(needed, bms_union(tested, given));
  heap_count_ = column_count_;
  column_count_ = given_count;
  for (int i = 0; i < heap_count_; ++i) {
    last_attribute_ = std::max<int>(last_attribute_, columns_[i].attribute);
  }
}

void RowSource::rescan() {
  part_ = Part::kStart;
  cursor_.move_before_first();
  shared_end_ = 0;
  shared_group_ = -1;
  selection_.count = 0;
  current_ = -1;
  loaded_ = 0;
  filter_.rescan();
  if (scan_ != nullptr) table_rescan(scan_, nullptr);
}

void RowSource::share(ParallelTableScanDesc parallel) { parallel_ = parallel; }

void RowSource::end() {
  if (scan_ != nullptr) table_endscan(scan_);
  scan_ = nullptr;
}

void RowSource::open() {
  Snapshot snapshot = node_->ps.state->es_snapshot;
  scan_ = parallel_ != nullptr ? table_beginscan_parallel(chunk_, parallel_)
                               : table_beginscan(chunk_, snapshot, 0, nullptr);
  by_rows_ = !columnar::is_columnar_table(chunk_) || !columnar::is_steady(scan_->rs_snapshot);
}

RowSource::Row RowSource::step(bool is_backward) {
  if (scan_ == nullptr) open();
  if (is_backward && part_ == Part::kStart && !by_rows_) {
    part_ = Part::kGroups;
    cursor_.move_behind_last(
        static_cast<int>(columnar::groups_of(columnar::scan_of(scan_)).size()));
  }
  if (part_ == Part::kGroups) {
    if (step_in_groups(is_backward)) return Row::kOfGroup;
    if (!is_backward) return Row::kNone;
  }
  part_ = Part::kHeap;
  if (step_in_heap(is_backward)) return Row::kOfHeap;
  if (is_backward || by_rows_) {
    part_ = Part::kStart;
    return Row::kNone;
  }
  part_ = Part::kGroups;
  cursor_.move_before_first();
  forget_columns();
  return step_in_groups(false) ? Row::kOfGroup : Row::kNone;
}

/// A row of a row group does not fill all of them; nobody shall copy what is not there any more.
void RowSource::forget_columns() {
  TupleTableSlot* slot = ExecClearTuple(node_->ss_ScanTupleSlot);
  for (int i = 0; i < heap_count_; ++i) slot->tts_isnull[columns_[i].attribute - 1] = true;
}

bool RowSource::step_in_heap(bool is_backward) {
  const ScanDirection direction = is_backward ? BackwardScanDirection : ForwardScanDirection;
  const bool found = by_rows_ ? table_scan_getnextslot(scan_, direction, heap_slot_)
                              : columnar::heap().scan_getnextslot(columnar::scan_of(scan_).heap,
                                                                  direction, heap_slot_);
  if (!found) return false;
  TupleTableSlot* slot = node_->ss_ScanTupleSlot;
  ExecClearTuple(slot);
  slot_getsomeattrs(heap_slot_, last_attribute_);
  for (int i = 0; i < heap_count_; ++i) {
    const int at = columns_[i].attribute - 1;
    slot->tts_values[at] = heap_slot_->tts_values[at];
    slot->tts_isnull[at] = heap_slot_->tts_isnull[at];
  }
  ExecStoreVirtualTuple(slot);
  slot->tts_tid = heap_slot_->tts_tid;
  return true;
}

bool RowSource::step_in_groups(bool is_backward) {
  for (;;) {
    current_ += is_backward ? -1 : 1;
    if (current_ >= 0 && current_ < static_cast<int>(selection_.count)) return true;
    const bool is_there = parallel_ != nullptr ? move_shared() : move_vector(is_backward);
    loaded_ = 0;
    if (!is_there || !load_selection()) selection_.count = 0;
    current_ = is_backward ? static_cast<int>(selection_.count) : -1;
    if (!is_there) return false;
  }
}

bool RowSource::move_vector(bool is_backward) {
  const auto vectors = [&](int group) { return vectors_of(group); };
  if (is_backward) return cursor_.backward(vectors);
  const auto groups = columnar::groups_of(columnar::scan_of(scan_));
  return cursor_.forward(static_cast<int>(groups.size()), vectors);
}

/// The next vector of what this process has taken of a parallel scan.
bool RowSource::move_shared() {
  auto& scan = columnar::scan_of(scan_);
  std::int64_t next = cursor_.vector() + 1;
  while (next >= shared_end_) {
    CHECK_FOR_INTERRUPTS();
    if (!columnar::take_piece(scan)) return false;
    const columnar::GroupPosition& piece = scan.position;
    if (shared_group_ != piece.group) {
      shared_group_ = piece.group;
      shared_is_wanted_ = group_is_wanted(piece.group);
    }
    if (!shared_is_wanted_) continue;
    next = piece.next / kVectorLength;
    shared_end_ = (piece.limit + kVectorLength - 1) / kVectorLength;
  }
  cursor_.move_to(scan.position.group, static_cast<std::uint32_t>(next));
  return true;
}

bool RowSource::group_is_wanted(int group) {
  auto& scan = columnar::scan_of(scan_);
  CHECK_FOR_INTERRUPTS();
  const Filter::Match match =
      filter_.match(scan.rows->reader(), columnar::groups_of(scan)[group].number);
  if (match == Filter::Match::kMaybe) return true;
  ++counts_.groups_skipped;
  if (match == Filter::Match::kNoneByBloom) ++counts_.groups_skipped_by_blooms;
  return false;
}

std::uint32_t RowSource::vectors_of(int group) {
  if (!group_is_wanted(group)) return 0;
  const std::uint32_t rows = columnar::groups_of(columnar::scan_of(scan_))[group].rows;
  return (rows + kVectorLength - 1) / kVectorLength;
}

/// The rows of the vector where the cursor stands; false where there are none.
bool RowSource::load_selection() {
  CHECK_FOR_INTERRUPTS();
  auto& scan = columnar::scan_of(scan_);
  const columnstore::GroupInfo& group = columnar::groups_of(scan)[cursor_.group()];
  const std::uint32_t rows = std::min(kVectorLength, group.rows - cursor_.vector() * kVectorLength);
  group_number_ = group.number;
  columnstore::Reader& reader = scan.rows->reader();
  if (filter_.excludes_vector(reader, group.number, cursor_.vector())) {
    ++counts_.vectors_skipped;
    return false;
  }
  filter_.select(reader, group.number, cursor_.vector(), rows,
                 columnar::dead_rows(scan, cursor_.group(), cursor_.vector()), &selection_);
  ++counts_.vectors_read;
  InstrCountFiltered1(&node_->ps, selection_.visible - selection_.count);
  pgstat_count_index_tuples(chunk_, selection_.visible);  // there is none that counts many of heap
  return selection_.count > 0;
}

/// Decodes columns up to `last` of the vector, or, `alone`, of the only row of it that is selected.
void RowSource::load(int last, bool alone) {
  columnstore::Reader& reader = columnar::scan_of(scan_).rows->reader();
  const std::uint32_t first = cursor_.vector() * kVectorLength;
  for (; loaded_ < last; ++loaded_) {
    NeededColumn& column = columns_[loaded_];
    if (alone && selection_.count == 1) {
      reader.value(group_number_, first + selection_.rows[0], column.attribute, column.value,
                   column.is_null);
      column.values = &column.value;
      column.nulls = &column.is_null;
      column.places = 0;
      continue;
    }
    const auto& vector = reader.column(group_number_, cursor_.vector(), column.attribute);
    column.values = vector.values;
    column.nulls = vector.nulls;
    column.places = UINT16_MAX;
  }
}

void RowSource::fill(int first, int last) {
  if (loaded_ < last) load(last);
  TupleTableSlot* slot = node_->ss_ScanTupleSlot;
  const std::uint16_t row = selection_.rows[current_];
  for (int i = first; i < last; ++i) {
    const NeededColumn& column = columns_[i];
    slot->tts_values[column.attribute - 1] = column.values[row & column.places];
    slot->tts_isnull[column.attribute - 1] = column.nulls[row & column.places];
  }
}

void RowSource::set_tid() {
  const std::uint32_t row = cursor_.vector() * kVectorLength + selection_.rows[current_];
  columnar::set_tid(&node_->ss_ScanTupleSlot->tts_tid,
                    {group_number_, static_cast<std::uint16_t>(row)});
}

void RowSource::fill_tested() {
  begin_row(node_->ss_ScanTupleSlot);
  fill(0, tested_count_);
  set_tid();
}

void RowSource::fill_rest() { fill(tested_count_, column_count_); }

void RowSource::fill_directly(std::span<const DirectTarget> targets, TupleTableSlot* slot) {
  if (loaded_ < column_count_) load(column_count_);
  begin_row(node_->ss_ScanTupleSlot);
  set_tid();
  begin_row(slot);
  const std::uint16_t row = selection_.rows[current_];
  for (const DirectTarget& direct : targets) {
    const NeededColumn& column = columns_[direct.column];
    slot->tts_values[direct.target] = column.values[row & column.places];
    slot->tts_isnull[direct.target] = column.nulls[row & column.places];
  }
}

}  // namespace varve::vectorized
