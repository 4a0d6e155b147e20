#pragma once

#include <cstdint>

#include "extension/columnstore/horizon.h"
#include "extension/columnstore/moved_rows.h"

#include "extension/pg/postgres.h"
extern "C" {
#include <access/heapam.h>
#include <executor/tuptable.h>
#include <utils/rel.h>
}

namespace varve::columnstore {

/// What becomes of a row version.
enum class Fate {
  kVisible,  // everybody sees it
  kRecent,   // somebody may see it, or not
  kDead      // nobody sees it
};

/// Versions in the heap part of a chunk, one after another, a page at a time. C API.
class HeapRows {
 public:
  /// Nobody writes, unless `moved` is given: then a second look follows.
  HeapRows(Relation chunk, TransactionId oldest, MovedRows* moved = nullptr);
  /// The second look, when nobody writes any more: at what has not been moved.
  static HeapRows second_look(Relation chunk, TransactionId oldest, const MovedRows& moved);

  /// The next version, with its fate; false at the end.
  bool next(Fate& fate);
  void end();

  TupleTableSlot* slot;  // of a heap tuple in a buffer
  /// Of rows that everybody sees, and of dead ones, so far.
  Horizon visible;
  Horizon dead;
  /// In a second look: a row that has been moved is no longer what it was.
  bool has_changed = false;

 private:
  struct Row {
    OffsetNumber number;
    Fate fate;
    bool may_lack_values;  // deleted not long ago, with values out of line
  };

  bool load_page();
  void load_row(OffsetNumber row, HeapTuple tuple, bool is_all_visible);
  void look_again(const Row& row);
  [[nodiscard]] bool lacks_values() const;

  Relation chunk_;
  TransactionId oldest_;
  MovedRows* moved_ = nullptr;               // in a first look
  const MovedRows* moved_before_ = nullptr;  // in a second one
  BufferAccessStrategy strategy_;
  BlockNumber blocks_;
  BlockNumber block_ = InvalidBlockNumber;  // of the page
  Buffer buffer_ = InvalidBuffer;
  std::uint32_t still_moved_ = 0;  // rows of the page, in a second look
  int at_ = 0;
  int count_ = 0;
  HeapTupleData tuple_;
  Row rows_[MaxHeapTuplesPerPage];
};

}  // namespace varve::columnstore
