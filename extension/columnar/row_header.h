#pragma once

#include "extension/columnar/row_id.h"
#include "extension/columnstore/store.h"

#include "extension/pg/postgres.h"
extern "C" {
#include <access/htup.h>
#include <access/tableam.h>
#include <utils/rel.h>
#include <utils/snapshot.h>
}

// The header tuple of a columnar row: what a heap tuple has in its own header, namely who deleted
// it, what replaced it, and who locks it. A row that nobody has touched has none.
//
// It is an ordinary tuple (chunk_id kHeaderKind, chunk_seq group << 16 | row) in the chunk's TOAST
// relation. A *tombstone* is inserted, or a carrier becomes one by an update, by the transaction
// that deletes the row: to whom the tombstone is visible, the row is deleted. A *carrier* says
// nothing; it is there to be locked by heap_lock_tuple(), so that waiting, multixacts and two-phase
// commit are PostgreSQL's. Nothing removes a header before its row group is written anew.
// C API.
namespace varve::columnar {

struct RowHeader {
  enum class Kind { kNone, kCarrier, kTombstone };
  Kind kind = Kind::kNone;
  ItemPointerData tid = {};      // of the header tuple
  ItemPointerData forward = {};  // tombstone: the new version, the mark of moved rows, or invalid
  TransactionId xmin = InvalidTransactionId;  // tombstone: who deleted the row
  CommandId cmin = InvalidCommandId;          // tombstone of this transaction: its command
  /// Found by a dirty snapshot: another transaction in progress deletes the row.
  TransactionId deleter = InvalidTransactionId;

  [[nodiscard]] bool is_dead() const { return kind == Kind::kTombstone; }
};

/// What is written in a header tuple.
struct HeaderContent {
  bool is_tombstone;
  ItemPointerData forward;
};

/// Whether the chunk_data of a header tuple is a tombstone's.
bool is_tombstone_data(Datum data);

/// The chunk's TOAST relation, opened to read and write header tuples.
class RowHeaders {
 public:
  /// Locks the TOAST relation and its indexes, and keeps the locks.
  static RowHeaders open(Relation chunk, LOCKMODE mode);
  void close();
  [[nodiscard]] bool is_open() const { return toast_ != nullptr; }
  [[nodiscard]] Relation toast() const { return toast_; }

  /// The header of a row as the snapshot sees it.
  RowHeader find(RowId id, Snapshot snapshot);
  /// As of now, whatever is in progress.
  RowHeader find_dirty(RowId id);
  /// Marks in `dead`, of 65,536 bits, the rows that are deleted to the snapshot (of one command:
  /// MVCC or SnapshotSelf); returns how many.
  std::uint32_t dead_rows(std::uint16_t group, Snapshot snapshot, std::uint64_t* dead);

  /// Whether there is any header, as of now.
  bool any();

  /// How many of a group's rows are deleted as of now, and how many of them by transactions that
  /// ended before `oldest`: to everybody.
  struct Tombstones {
    std::uint32_t all;
    std::uint32_t old;
  };
  Tombstones count_tombstones(std::uint16_t group, TransactionId oldest);

  /// Inserts a tombstone; the caller knows that there is no header, and holds the row's TID lock.
  void insert_tombstone(RowId id, const ItemPointerData& forward, CommandId cid);
  /// Inserts a carrier. It is frozen: as it says nothing, it may survive the transaction's abort.
  void insert_carrier(RowId id);
  /// Makes a carrier that this transaction has locked exclusively a tombstone.
  void bury(const RowHeader& carrier, RowId id, const ItemPointerData& forward, CommandId cid);

 private:
  void insert(RowId id, const HeaderContent& content, CommandId cid, int options);
  void insert_index_entries(HeapTuple tuple);
  HeapTuple form(RowId id, const HeaderContent& content);

  Relation toast_ = nullptr;
  Relation* indexes_ = nullptr;
  int index_count_ = 0;
  int valid_index_ = 0;
  LOCKMODE mode_ = NoLock;
};

}  // namespace varve::columnar
