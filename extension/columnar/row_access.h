#pragma once

#include "extension/columnar/row_header.h"
#include "extension/columnstore/reader.h"

#include "extension/pg/postgres.h"
extern "C" {
#include <executor/tuptable.h>
}

// Reading columnar rows one by one: what exists, what a snapshot sees, and a row as a heap tuple.
// C API.
namespace varve::columnar {

/// Opens the store on first use. Lives in the memory context current at its making, and is closed
/// by whoever made it.
class RowAccess {
 public:
  explicit RowAccess(Relation chunk) : chunk_(chunk), context_(CurrentMemoryContext) {}
  /// For one row: with a reader that somebody lends, if there is one, who has most likely read it.
  static RowAccess of_one_row(Relation chunk) {
    RowAccess rows(chunk);
    rows.may_borrow_ = true;
    return rows;
  }
  void close();

  /// Lets others use the reader, until it is wanted again.
  void lend_reader(bool is_lent);

  [[nodiscard]] Relation chunk() const { return chunk_; }
  columnstore::Reader& reader();
  RowHeaders& headers();

  /// Whether there is, or was before somebody deleted it, such a row.
  bool exists(RowId id);
  /// Whether the snapshot sees a row that exists. A dirty snapshot is told who is deleting it.
  bool is_visible(RowId id, Snapshot snapshot);
  /// Fills a slot of the chunk's with the row, as a tuple with its TID; system columns are those of
  /// a frozen tuple.
  void store(RowId id, TupleTableSlot* slot);

 private:
  Relation chunk_;
  MemoryContext context_;
  columnstore::Reader* reader_ = nullptr;
  bool may_borrow_ = false;
  bool is_borrowed_ = false;
  RowHeaders headers_;
};

}  // namespace varve::columnar
