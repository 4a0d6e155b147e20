#include "extension/columnar/scan.h"

#include <algorithm>
#include <new>

#include "extension/columnar/deletion_bitmap.h"
#include "extension/columnar/heap_part.h"
#include "extension/columnar/tid.h"

#include "extension/pg/postgres.h"
extern "C" {
#include <access/transam.h>
#include <miscadmin.h>
#include <pgstat.h>
#include <utils/snapmgr.h>
}

namespace varve::columnar {
namespace {

constexpr std::uint32_t kMostRows = 65536;  // of a group
constexpr std::uint32_t kPieceRows = 8 * columnstore::kVectorLength;

std::uint32_t pieces_of(const columnstore::GroupInfo& group) {
  return (group.rows + kPieceRows - 1) / kPieceRows;
}

bool satisfies_keys(const Scan& scan, TupleTableSlot* slot) {
  for (int i = 0; i < scan.base.rs_nkeys; ++i) {
    const ScanKeyData& key = scan.base.rs_key[i];
    if ((key.sk_flags & SK_ISNULL) != 0) return false;
    bool is_null = false;
    const Datum value = slot_getattr(slot, key.sk_attno, &is_null);
    if (is_null) return false;
    auto* function = const_cast<FmgrInfo*>(&key.sk_func);
    if (!DatumGetBool(FunctionCall2Coll(function, key.sk_collation, value, key.sk_argument))) {
      return false;
    }
  }
  return true;
}

bool show(Scan& scan, int group, std::int64_t row, TupleTableSlot* slot) {
  const auto number = static_cast<std::uint16_t>(row);
  if (!is_visible(scan, group, number)) return false;
  scan.rows->store({scan.rows->reader().groups()[group].number, number}, slot);
  if (!satisfies_keys(scan, slot)) return false;
  pgstat_count_heap_getnext(scan.base.rs_rd);
  return true;
}

/// The same, whoever sees the row; but not if it is dead to all, its deleter having ended before
/// `oldest`.
bool show_undead(Scan& scan, int group, std::int64_t row, TransactionId oldest,
                 TupleTableSlot* slot, bool& is_alive) {
  const RowId id = {scan.rows->reader().groups()[group].number, static_cast<std::uint16_t>(row)};
  is_alive = is_visible(scan, group, id.row);
  if (!is_alive) {
    const TransactionId deleter = scan.rows->headers().find(id, scan.base.rs_snapshot).xmin;
    if (!TransactionIdIsNormal(deleter) || TransactionIdPrecedes(deleter, oldest)) return false;
  }
  scan.rows->store(id, slot);
  return true;
}

/// Goes forwards to the next row that `show_row(group, row)` shows.
template <class ShowRow>
bool next_shown(Scan& scan, ShowRow&& show_row) {
  const auto groups = groups_of(scan);
  GroupPosition& position = scan.position;
  const bool is_parallel = scan.base.rs_parallel != nullptr;
  while (position.group < static_cast<int>(groups.size())) {
    CHECK_FOR_INTERRUPTS();
    const std::int64_t end = is_parallel ? position.limit : groups[position.group].rows;
    while (position.next < end) {
      if (show_row(position.group, position.next++)) return true;
      if (position.next % columnstore::kVectorLength == 0) CHECK_FOR_INTERRUPTS();
    }
    if (is_parallel) {
      if (!take_piece(scan)) break;
    } else {
      ++position.group;
      position.next = 0;
    }
  }
  return false;
}

bool next_of_groups(Scan& scan, TupleTableSlot* slot) {
  return next_shown(scan,
                    [&](int group, std::int64_t row) { return show(scan, group, row, slot); });
}

bool previous_of_groups(Scan& scan, TupleTableSlot* slot) {
  const auto groups = groups_of(scan);
  GroupPosition& position = scan.position;
  for (;;) {
    CHECK_FOR_INTERRUPTS();
    while (position.next > 0) {
      if (show(scan, position.group, --position.next, slot)) return true;
    }
    if (position.group == 0) return false;
    --position.group;
    position.next = groups[position.group].rows;
  }
}

void move_to_first(Scan& scan) {
  scan.part = Scan::Part::kGroups;
  scan.position = {};
  scan.pieces_before = 0;
}

void move_behind_last(Scan& scan) {
  scan.part = Scan::Part::kGroups;
  scan.position = {};
  scan.position.group = static_cast<int>(groups_of(scan).size());
}

/// A step is one from the row that was given last; we stand on one side of it.
bool step(Scan& scan, bool is_backward, TupleTableSlot* slot) {
  using Step = GroupPosition::Step;
  GroupPosition& position = scan.position;
  if (is_backward && position.last == Step::kForward) --position.next;
  if (!is_backward && position.last == Step::kBackward) ++position.next;
  const bool found = is_backward ? previous_of_groups(scan, slot) : next_of_groups(scan, slot);
  position.last = !found ? Step::kNone : is_backward ? Step::kBackward : Step::kForward;
  return found;
}

bool forward(Scan& scan, TupleTableSlot* slot) {
  if (scan.part != Scan::Part::kGroups) {
    scan.part = Scan::Part::kHeap;
    if (heap().scan_getnextslot(scan.heap, ForwardScanDirection, slot)) return true;
    move_to_first(scan);
  }
  return step(scan, false, slot);
}

// The heap's scan, once at its end, begins at the other end when it is asked again; so do we.
bool backward(Scan& scan, TupleTableSlot* slot) {
  if (scan.part == Scan::Part::kStart) move_behind_last(scan);
  if (scan.part == Scan::Part::kGroups) {
    if (step(scan, true, slot)) return true;
    scan.part = Scan::Part::kHeap;
  }
  if (heap().scan_getnextslot(scan.heap, BackwardScanDirection, slot)) return true;
  scan.part = Scan::Part::kStart;
  return false;
}

constexpr std::size_t kWordsOfVector = columnstore::kVectorLength / 64;

/// So many vectors of a group are asked for one by one: who wants few rows looks into as many.
constexpr int kMostAlone = 2;

void load_dead(Scan& scan, int group, std::uint32_t first, std::uint32_t last) {
  if (scan.dead == nullptr) {
    scan.dead = static_cast<std::uint64_t*>(
        MemoryContextAlloc(GetMemoryChunkContext(&scan), kMostRows / 8));
  }
  std::fill(scan.dead + first * kWordsOfVector, scan.dead + (last + 1) * kWordsOfVector, 0);
  const std::uint16_t number = scan.rows->reader().groups()[group].number;
  scan.has_dead =
      scan.rows->headers().dead_rows(number, first, last, scan.base.rs_snapshot, scan.dead) > 0;
}

/// Learns which rows of the vector are deleted, or, where others of its group have been asked for,
/// which of all.
void know_dead(Scan& scan, int group, std::uint32_t vector) {
  if (scan.dead_group != group) {
    scan.dead_group = group;
    scan.dead_vectors = 0;
  } else if (scan.dead_vectors == Scan::kAllVectors ||
             scan.dead_vector == static_cast<int>(vector)) {
    return;
  }
  if (scan.dead_vectors == kMostAlone) {
    load_dead(scan, group, 0, kVectorsOfGroup - 1);
    scan.dead_vectors = Scan::kAllVectors;
    return;
  }
  load_dead(scan, group, vector, vector);
  scan.dead_vector = static_cast<int>(vector);
  ++scan.dead_vectors;
}

}  // namespace

std::span<const columnstore::GroupInfo> groups_of(Scan& scan) {
  if (!scan.knows_groups) {
    std::span<const columnstore::GroupInfo> groups;
    if (columnstore::has_groups(scan.base.rs_rd)) groups = scan.rows->reader().groups();
    scan.groups = groups.data();
    scan.group_count = groups.size();
    scan.knows_groups = true;
  }
  return {scan.groups, scan.group_count};
}

bool is_steady(Snapshot snapshot) {
  return IsMVCCSnapshot(snapshot) || snapshot->snapshot_type == SNAPSHOT_SELF;
}

bool take_piece(Scan& scan) {
  const auto groups = groups_of(scan);
  auto* shared = reinterpret_cast<ParallelScan*>(scan.base.rs_parallel);
  const std::uint64_t piece = pg_atomic_fetch_add_u64(&shared->next_piece, 1);
  GroupPosition& position = scan.position;
  while (position.group < static_cast<int>(groups.size())) {
    const columnstore::GroupInfo& group = groups[position.group];
    const std::uint64_t pieces = pieces_of(group);
    if (piece < scan.pieces_before + pieces) {
      position.next = static_cast<std::int64_t>(piece - scan.pieces_before) * kPieceRows;
      position.limit = std::min<std::int64_t>(position.next + kPieceRows, group.rows);
      return true;
    }
    scan.pieces_before += pieces;
    ++position.group;
  }
  return false;
}

const std::uint64_t* dead_rows(Scan& scan, int group, std::uint32_t vector) {
  know_dead(scan, group, vector);
  return scan.has_dead ? scan.dead + vector * kWordsOfVector : nullptr;
}

bool is_visible(Scan& scan, int group, std::uint16_t row) {
  const Snapshot snapshot = scan.base.rs_snapshot;
  if (!is_steady(snapshot)) {
    return scan.rows->is_visible({scan.rows->reader().groups()[group].number, row}, snapshot);
  }
  const std::uint64_t* dead = dead_rows(scan, group, row / columnstore::kVectorLength);
  const std::uint32_t at = row % columnstore::kVectorLength;
  return dead == nullptr || (dead[at / 64] >> (at % 64) & 1) == 0;
}

TableScanDesc scan_begin(Relation chunk, Snapshot snapshot, int key_count, ScanKeyData* keys,
                         ParallelTableScanDesc parallel, uint32 flags) {
  auto* scan = static_cast<Scan*>(palloc0(sizeof(Scan)));
  // The snapshot is ours to release.
  scan->heap = begin_heap_scan(chunk, snapshot, key_count, keys, parallel,
                               flags & ~static_cast<uint32>(SO_TEMP_SNAPSHOT));
  scan->base = *scan->heap;
  scan->base.rs_flags = flags;
  scan->rows = new (palloc(sizeof(RowAccess))) RowAccess(chunk);
  scan->part = Scan::Part::kStart;
  scan->dead_group = -1;
  return &scan->base;
}

void scan_end(TableScanDesc sscan) {
  Scan& scan = scan_of(sscan);
  scan.rows->close();
  pfree(scan.rows);
  if (scan.dead != nullptr) pfree(scan.dead);
  const Snapshot temporary =
      (scan.base.rs_flags & SO_TEMP_SNAPSHOT) != 0 ? scan.base.rs_snapshot : nullptr;
  heap().scan_end(scan.heap);
  if (temporary != nullptr) UnregisterSnapshot(temporary);
  pfree(&scan);
}

void scan_rescan(TableScanDesc sscan, ScanKeyData* keys, bool set_params, bool allow_strat,
                 bool allow_sync, bool allow_pagemode) {
  Scan& scan = scan_of(sscan);
  rescan_heap(scan.heap, keys, set_params, allow_strat, allow_sync, allow_pagemode);
  scan.part = Scan::Part::kStart;
  scan.knows_groups = false;
  scan.position = {};
  scan.pieces_before = 0;
  scan.next_block = 0;
  // A node that is scanned anew may see what its own statement's functions have deleted since.
  scan.dead_group = -1;
}

bool scan_getnextslot(TableScanDesc sscan, ScanDirection direction, TupleTableSlot* slot) {
  Scan& scan = scan_of(sscan);
  const bool found =
      ScanDirectionIsBackward(direction) ? backward(scan, slot) : forward(scan, slot);
  if (!found) ExecClearTuple(slot);
  return found;
}

bool next_columnar_row(TableScanDesc sscan, TupleTableSlot* slot) {
  Scan& scan = scan_of(sscan);
  if (scan.part != Scan::Part::kGroups) move_to_first(scan);
  if (next_of_groups(scan, slot)) return true;
  ExecClearTuple(slot);
  return false;
}

bool next_undead_row(TableScanDesc sscan, TransactionId oldest, TupleTableSlot* slot,
                     bool& is_alive) {
  Scan& scan = scan_of(sscan);
  if (scan.part != Scan::Part::kGroups) move_to_first(scan);
  const bool found = next_shown(scan, [&](int group, std::int64_t row) {
    return show_undead(scan, group, row, oldest, slot, is_alive);
  });
  if (!found) ExecClearTuple(slot);
  return found;
}

Size parallelscan_estimate(Relation) { return sizeof(ParallelScan); }

Size parallelscan_initialize(Relation chunk, ParallelTableScanDesc parallel) {
  table_block_parallelscan_initialize(chunk, parallel);
  pg_atomic_init_u64(&reinterpret_cast<ParallelScan*>(parallel)->next_piece, 0);
  return sizeof(ParallelScan);
}

void parallelscan_reinitialize(Relation chunk, ParallelTableScanDesc parallel) {
  table_block_parallelscan_reinitialize(chunk, parallel);
  pg_atomic_write_u64(&reinterpret_cast<ParallelScan*>(parallel)->next_piece, 0);
}

}  // namespace varve::columnar
