#pragma once

#include "extension/columnar/row_header.h"
#include "extension/columnstore/group_copy.h"
#include "extension/columnstore/horizon.h"
#include "extension/columnstore/reader.h"

#include "extension/pg/freeze.h"
#include "extension/pg/postgres.h"
extern "C" {
#include <executor/tuptable.h>
#include <utils/rel.h>
}

// The rows of a chunk that is being converted, one after another: nobody else writes. C API.
namespace varve::columnstore {

/// What becomes of a row version.
enum class Fate {
  kVisible,  // everybody sees it
  kRecent,   // somebody may see it, or not
  kDead      // nobody sees it
};

/// Versions in the heap part.
class HeapRows {
 public:
  HeapRows(Relation chunk, TransactionId oldest);
  /// The next version, with its fate; false at the end.
  bool next(Fate& fate);
  void end();
  TupleTableSlot* slot;  // of a heap tuple in a buffer
  /// Of visible and of dead rows, so far.
  Horizon horizon;

 private:
  TransactionId oldest_;
  TableScanDesc scan_;
};

/// Rows of row groups, but for the groups that come along as they are.
class GroupRows {
 public:
  GroupRows(Relation chunk, TransactionId oldest, const GroupNumbers& carried);
  bool next(Fate& fate);
  void end();
  TupleTableSlot* slot;   // virtual
  TransactionId deleter;  // of a recent row
  Horizon horizon;        // as above, of dead rows

 private:
  [[nodiscard]] bool is_carried(const GroupInfo& group) const;
  bool next_row();
  Fate fate_of();

  TransactionId oldest_;
  GroupNumbers carried_;
  Reader* reader_;
  columnar::RowHeaders headers_;
  std::size_t group_ = 0;  // position of the current one
  std::uint32_t row_ = 0;  // the next one of it
  std::uint64_t* dead_;    // rows of the group that are deleted, as of now
};

}  // namespace varve::columnstore
