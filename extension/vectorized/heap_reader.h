#pragma once

#include <span>

#include "extension/vectorized/filter.h"
#include "extension/vectorized/row_batch.h"
#include "extension/vectorized/tuple_columns.h"

#include "extension/pg/postgres.h"
extern "C" {
#include <access/tableam.h>
#include <nodes/execnodes.h>
}

// The rows of a chunk of rows for a node above its Seq Scan, by batches: the node's scan is read
// here, a page at a time, instead of asking the node for rows. C API.
namespace varve::vectorized {

/// A target of scans that is used.
struct UsedTarget {
  int target;
  bool is_counted;  // only whether it is null matters
};

class HeapReader {
 public:
  /// Whether the node's scan can be read so: a Seq Scan of a heap whose targets that are used are
  /// columns or steps of a column.
  static bool can_read(const PlanState* node, std::span<const UsedTarget> used);

  /// For a node of which that is true, in the current memory context, which must be reset behind
  /// end().
  void begin(SeqScanState& node, std::span<const UsedTarget> used);
  /// The next batch: the rows of it that satisfy the qualifiers; empty at the end.
  std::span<const std::uint16_t> next();
  /// Fills the columns of targets, for the rows of the batch.
  void give_columns(TargetColumn* columns) const;
  void end();

 private:
  void find_columns(std::span<const UsedTarget> used);
  void open();
  bool add_pages();
  bool add_rows();
  void add_page();
  void add_slot();

  SeqScanState* node_ = nullptr;
  TableScanDesc scan_ = nullptr;
  TupleTableSlot* slot_ = nullptr;
  Filter filter_;
  bool by_rows_ = false;  // qualifiers are tested row by row
  bool is_at_end_ = false;
  RowBatch batch_;
  TupleColumns tuples_;
  AttrNumber* attributes_ = nullptr;  // of the batch's columns
  int last_attribute_ = 0;
  std::span<const UsedTarget> used_;
  int* target_columns_ = nullptr;  // of used targets
  Step* steps_ = nullptr;          // of them; without expression: columns
  Filter::Selection selection_;
};

}  // namespace varve::vectorized
