#pragma once

#include "extension/columnar/row_access.h"

#include "extension/pg/postgres.h"
extern "C" {
#include <access/relscan.h>
#include <access/skey.h>
#include <access/tableam.h>
#include <port/atomics.h>
}

// The scan of a chunk: the heap part first, then the row groups. C API.
namespace varve::columnar {

/// What workers of a parallel scan share: the heap's blocks, then pieces of row groups.
struct ParallelScan {
  ParallelBlockTableScanDescData heap;
  pg_atomic_uint64 next_piece;
};

/// Rows of row groups in the order of their numbers, forwards and backwards: a place between rows,
/// on the far side of the one that was given last.
struct GroupPosition {
  int group = 0;           // index in Reader::groups(); their number: behind the last row
  std::int64_t next = 0;   // row that a step forwards gives; one behind what a step back gives
  std::int64_t limit = 0;  // parallel: end of the piece
  enum class Step { kNone, kForward, kBackward };
  Step last = Step::kNone;  // the step that has given a row of row groups
};

struct Scan {
  TableScanDescData base;  // must be first: PostgreSQL sees this
  TableScanDesc heap;
  RowAccess* rows;
  const columnstore::GroupInfo* groups;  // Reader::groups(), once a step has asked for them
  std::size_t group_count;
  bool knows_groups;

  enum class Part { kStart, kHeap, kGroups };
  Part part;
  GroupPosition position;
  std::uint64_t pieces_before;  // parallel: of the groups before position.group

  // Deleted rows of one group, by a bit; for snapshots that do not change while they look.
  std::uint64_t* dead;
  int dead_group;    // of which group; -1: none
  int dead_vectors;  // how many vectors of it have been asked for alone; kAllVectors: all are known
  int dead_vector;   // the last of them
  bool has_dead;     // that vector, or one of all
  static constexpr int kAllVectors = -1;

  // Sampled and analysed blocks: those of the heap part, then blocks of kRowsOfBlock rows or more.
  std::uint32_t heap_blocks;
  std::uint32_t next_block;
  std::uint64_t block_row;  // next row of the block, counted over all groups
  std::uint64_t block_end;
  bool block_is_heap;
};

inline Scan& scan_of(TableScanDesc scan) { return *reinterpret_cast<Scan*>(scan); }

TableScanDesc scan_begin(Relation chunk, Snapshot snapshot, int key_count, ScanKeyData* keys,
                         ParallelTableScanDesc parallel, uint32 flags);
void scan_end(TableScanDesc scan);
void scan_rescan(TableScanDesc scan, ScanKeyData* keys, bool set_params, bool allow_strat,
                 bool allow_sync, bool allow_pagemode);
bool scan_getnextslot(TableScanDesc scan, ScanDirection direction, TupleTableSlot* slot);

/// The next row of the row groups, forwards, without those of the heap part.
bool next_columnar_row(TableScanDesc scan, TupleTableSlot* slot);

/// The same for a scan with SnapshotSelf: also rows that have been deleted, by a transaction that
/// has not ended before `oldest`; `is_alive` tells them.
bool next_undead_row(TableScanDesc scan, TransactionId oldest, TupleTableSlot* slot,
                     bool& is_alive);

Size parallelscan_estimate(Relation chunk);
Size parallelscan_initialize(Relation chunk, ParallelTableScanDesc parallel);
void parallelscan_reinitialize(Relation chunk, ParallelTableScanDesc parallel);

/// The row groups of the chunk, which stay as they are while it is scanned.
std::span<const columnstore::GroupInfo> groups_of(Scan& scan);

/// Whether the scan's snapshot sees a row of `groups()[group]`.
bool is_visible(Scan& scan, int group, std::uint16_t row);

// What a node needs that reads the row groups by vectors itself, and leaves the rows of the heap
// part to `Scan::heap`.

/// Whether what the snapshot sees of deleted rows can be asked for a whole group at once.
bool is_steady(Snapshot snapshot);
/// A bit for each row of a vector of `groups()[group]`, set where the row is deleted to the scan's
/// snapshot, which is steady; null where none is known to be. Lives until it is asked for another
/// vector.
const std::uint64_t* dead_rows(Scan& scan, int group, std::uint32_t vector);
/// Takes the next piece of a parallel scan: rows from `position.next` to `position.limit` of
/// `position.group`, beginning with a vector. False where all are taken.
bool take_piece(Scan& scan);

}  // namespace varve::columnar
