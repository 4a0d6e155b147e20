#pragma once

#include "extension/columnar/row_header.h"
#include "extension/columnstore/group_copy.h"
#include "extension/columnstore/heap_rows.h"
#include "extension/columnstore/horizon.h"
#include "extension/columnstore/reader.h"

#include "extension/pg/freeze.h"
#include "extension/pg/postgres.h"
extern "C" {
#include <executor/tuptable.h>
#include <utils/rel.h>
}

namespace varve::columnstore {

/// Rows of the row groups of a chunk that is being converted, one after another, but for the groups
/// that come along as they are. C API.
class GroupRows {
 public:
  GroupRows(Relation chunk, TransactionId oldest, const GroupNumbers& carried);
  bool next(Fate& fate);
  void end();
  TupleTableSlot* slot;   // virtual
  TransactionId deleter;  // of a recent row
  Horizon horizon;        // of dead rows, so far

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
