#pragma once

#include <cstdint>
#include <optional>

#include "extension/pg/postgres.h"
extern "C" {
#include <access/transam.h>
#include <access/xlogdefs.h>
#include <executor/tuptable.h>
#include <storage/bufmgr.h>
#include <utils/rel.h>
#include <utils/snapshot.h>
}

// Rows of a chunk that were inserted by transactions from one on. They say so themselves: a row of
// a heap keeps the number of the transaction that inserted it when it is frozen, and when its table
// is written anew. C in the sense of boundary.h.
namespace varve::continuous_aggregate {

/// What late rows are told by.
struct Horizon {
  TransactionId since;
  XLogRecPtr after;  // pages that have been written before have none
};

/// Nothing where so many transactions have come since that old rows might pass for later ones.
std::optional<Horizon> horizon_of(FullTransactionId since, XLogRecPtr after);

class LateRows {
 public:
  /// Those that `snapshot` sees.
  LateRows(Relation chunk, Snapshot snapshot, const Horizon& horizon);

  /// Puts the next one into slot(); false behind the last, and where is_known() is false.
  bool next();
  [[nodiscard]] TupleTableSlot* slot() const { return slot_; }

  /// False where the chunk has rows that do not tell, since they are or have been in row groups.
  [[nodiscard]] bool is_known() const { return is_known_; }

  void end();

 private:
  bool next_page();
  void find_rows(Buffer buffer);
  [[nodiscard]] bool may_have_late(Page page) const;
  bool is_late(HeapTupleHeader tuple);

  Relation chunk_;
  Snapshot snapshot_;
  Horizon horizon_;
  TupleTableSlot* slot_;
  BufferAccessStrategy strategy_;
  BlockNumber block_ = 0;  // the next
  BlockNumber blocks_;
  bool is_known_;
  MemoryContext memory_;  // of the page's late rows
  HeapTuple* rows_;
  int count_ = 0;
  int next_ = 0;
};

}  // namespace varve::continuous_aggregate
