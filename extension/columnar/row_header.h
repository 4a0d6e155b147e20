#pragma once

#include "extension/columnar/deletion_bitmap.h"
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
//
// Rows of a vector that one command deletes together have, instead of a tombstone each, one
// *bitmap* (deletion_bitmap.h). Whoever makes a header or a bitmap has the vector's guard
// (row_lock.h) and looks first, so that of what counts, committed or in progress, a row has one at
// most: a header, or its bit in one bitmap. RowHeader is what either of them says. C API.
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

struct BitmapStore;

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
  /// The same without a look at bitmaps: of use only where it finds something.
  RowHeader find_header(RowId id);
  /// Marks in `dead`, of 65,536 bits, the rows of the vectors `first` to `last` that are deleted to
  /// the snapshot (of one command: MVCC or SnapshotSelf); returns how many.
  std::uint32_t dead_rows(std::uint16_t group, std::uint32_t first, std::uint32_t last,
                          Snapshot snapshot, std::uint64_t* dead);

  /// Whether there is any header or bitmap, as of now.
  bool any();

  /// How many of a group's rows are deleted as of now, and how many of them by transactions that
  /// ended before `oldest`: to everybody.
  struct Tombstones {
    std::uint32_t all;
    std::uint32_t old;
  };
  Tombstones count_tombstones(std::uint16_t group, TransactionId oldest);

  /// Marks in `touched`, of the bits of a vector's rows, those that have a header or are in a
  /// bitmap as of now, whatever is in progress; returns the number that the next bitmap has to
  /// have, which is below kBitmapsOfVector while a row is in none. Of use to who has the vector's
  /// guard.
  std::uint32_t touched_rows(std::uint16_t group, std::uint32_t vector, std::uint64_t* touched);

  /// Inserts a tombstone; the caller knows that there is none, and no header, and has the guard.
  void insert_tombstone(RowId id, const ItemPointerData& forward, CommandId cid);
  /// Inserts the tombstone of rows that are not touched; the caller has the vector's guard.
  void insert_bitmap(RowId id, const DeletionBitmap& bitmap, CommandId cid);
  /// Inserts a carrier. It is frozen: as it says nothing, it may survive the transaction's abort.
  void insert_carrier(RowId id);
  /// Makes a carrier that this transaction has locked exclusively a tombstone.
  void bury(const RowHeader& carrier, RowId id, const ItemPointerData& forward, CommandId cid);

 private:
  [[nodiscard]] BitmapStore store() const;
  void insert(HeapTuple tuple, CommandId cid, int options);
  void insert_index_entries(HeapTuple tuple);
  HeapTuple form(Oid kind, RowId id, const void* payload, std::size_t size);
  HeapTuple form_header(RowId id, const HeaderContent& content);

  Relation chunk_ = nullptr;  // the caller's, who keeps it open
  Relation toast_ = nullptr;
  Relation* indexes_ = nullptr;
  int index_count_ = 0;
  int valid_index_ = 0;
  LOCKMODE mode_ = NoLock;
};

}  // namespace varve::columnar
