#pragma once

#include "extension/columnar/delete_vector.h"
#include "extension/columnar/scan.h"
#include "extension/columnar/vector_cursor.h"
#include "extension/vectorized/filter.h"

#include "extension/pg/postgres.h"
extern "C" {
#include <nodes/execnodes.h>
}

// The rows of a columnar chunk for a node: those of the heap part one by one, those of row groups
// by vectors, of which only the columns that the plan needs are decoded. C API.
namespace varve::vectorized {

/// A column that the plan needs, and the vector of it that is decoded, or the one value that is
/// needed of it.
struct NeededColumn {
  AttrNumber attribute;
  std::uint16_t places;  // row & places is where its value is: all of a row's bits, or none
  const Datum* values;
  const bool* nulls;
  Datum value;
  bool is_null;
};

/// A column of the source that is a target of the node.
struct DirectTarget {
  int target;  // from 0 on
  int column;  // among columns()
};

/// What EXPLAIN ANALYZE tells.
struct SourceCounts {
  std::uint64_t groups_skipped;
  std::uint64_t groups_skipped_by_blooms;  // among them
  std::uint64_t vectors_read;
  std::uint64_t vectors_skipped;
};

class RowSource {
 public:
  /// For a scan node of `chunk` whose scan slot is virtual and of the chunk's row type.
  void begin(ScanState& node, Relation chunk);
  /// Begins again, with other parameters perhaps.
  void rescan();
  void end();

  /// Shares what `parallel` points to with other processes.
  void share(ParallelTableScanDesc parallel);
  [[nodiscard]] bool is_shared() const { return parallel_ != nullptr; }

  enum class Row { kNone, kOfHeap, kOfGroup };
  /// The next row, or the one before, that satisfies what the filter decides. A row of the heap
  /// part has been tested by nothing; its needed columns are in the scan slot.
  Row step(bool is_backward);
  /// As step() forwards, as far as it stays in the vector, which is most of the time.
  bool step_in_vector() {
    if (current_ + 1 >= static_cast<int>(selection_.count) || part_ != Part::kGroups) return false;
    ++current_;
    return true;
  }

  /// The next row of the heap part, or the next vector of which rows are left: its first one.
  Row step_to_vector() {
    current_ = static_cast<int>(selection_.count);
    return step(false);
  }
  /// Positions in the vector of the rows that are left of it.
  [[nodiscard]] std::span<const std::uint16_t> rows() const {
    return {selection_.rows, selection_.count};
  }
  /// Leaves those of the vector's rows of which satisfies() is true, once fill_tested() has been
  /// called for each.
  template <class Satisfies>
  void keep_rows(Satisfies&& satisfies) {
    std::uint32_t kept = 0;
    for (std::uint32_t i = 0; i < selection_.count; ++i) {
      current_ = static_cast<int>(i);
      fill_tested();
      if (satisfies()) selection_.rows[kept++] = selection_.rows[i];
    }
    selection_.count = kept;
  }
  /// The vector, and the rows that are left of it, which may be written over.
  columnar::VectorDeletion vector() {
    return {group_number_, cursor_.vector(), selection_.rows, selection_.count};
  }
  /// Leaves the first `count` rows of the vector: step_in_vector() gives them all.
  void leave_rows(std::uint32_t count) {
    selection_.count = count;
    current_ = -1;
  }
  /// Decodes all columns of the vector, of which rows() are then to be had.
  void load_columns() {
    if (selection_.count == 1) loaded_ = 0;
    load(column_count_, false);
  }

  /// Fills the scan slot with the columns of a row of a row group: of those that qualifiers need,
  /// and then the others.
  void fill_tested();
  void fill_rest();
  /// Puts columns into those of `slot`, which is virtual; others of it stay as they are. The scan
  /// slot gets the row's TID alone.
  void fill_directly(std::span<const DirectTarget> targets, TupleTableSlot* slot);

  /// Columns, those first that the filter's rest needs.
  [[nodiscard]] const NeededColumn* columns() const { return columns_; }
  [[nodiscard]] int column_count() const { return column_count_; }
  [[nodiscard]] const Filter& filter() const { return filter_; }
  [[nodiscard]] const SourceCounts& counts() const { return counts_; }

 private:
  void find_columns(const Plan& plan, TupleDesc columns);
  void open();
  bool step_in_heap(bool is_backward);
  void forget_columns();
  void set_tid();
  bool step_in_groups(bool is_backward);
  bool move_vector(bool is_backward);
  bool move_shared();
  bool group_is_wanted(int group);
  std::uint32_t vectors_of(int group);
  bool load_selection();
  void fill(int first, int last);
  void load(int last, bool alone = true);

  ScanState* node_ = nullptr;
  Relation chunk_ = nullptr;
  ParallelTableScanDesc parallel_ = nullptr;
  TableScanDesc scan_ = nullptr;  // null until the first row is asked for
  bool by_rows_ = false;          // not columnar any more, or a snapshot of many commands
  TupleTableSlot* heap_slot_ = nullptr;
  NeededColumn* columns_ = nullptr;
  int column_count_ = 0;
  int tested_count_ = 0;  // of them, the first ones: those that the rest of qualifiers needs
  int heap_count_ = 0;    // with those behind them that only the filter needs
  int last_attribute_ = 0;
  Filter filter_;

  enum class Part { kStart, kHeap, kGroups };
  Part part_ = Part::kStart;
  columnar::VectorCursor cursor_;
  std::int64_t shared_end_ = 0;  // parallel: vector behind the piece
  int shared_group_ = -1;        // parallel: which `shared_is_wanted_` is of
  bool shared_is_wanted_ = false;
  std::uint16_t group_number_ = 0;
  Filter::Selection selection_ = {};
  int current_ = -1;  // in the selection: of the row that was given last
  int loaded_ = 0;    // columns of the vector that are decoded
  SourceCounts counts_ = {};
};

}  // namespace varve::vectorized
