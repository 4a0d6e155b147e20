#include "extension/columnar/sample.h"

#include <algorithm>
#include <cmath>

#include "extension/columnar/analyzed_blocks.h"
#include "extension/columnar/heap_part.h"
#include "extension/columnar/planned_groups.h"
#include "extension/columnar/scan.h"
#include "extension/columnar/tid.h"

#include "extension/pg/postgres.h"
extern "C" {
#include <access/heapam.h>
#include <access/htup_details.h>
#include <access/tsmapi.h>
#include <miscadmin.h>
#include <optimizer/plancat.h>
#include <storage/bufmgr.h>
#include <storage/bufpage.h>
#include <utils/backend_status.h>
#include <utils/snapmgr.h>
}

namespace varve::columnar {
namespace {

/// All rows that have ever been in row groups that stand.
std::uint64_t rows_in(std::span<const columnstore::GroupInfo> groups) {
  std::uint64_t rows = 0;
  for (const columnstore::GroupInfo& group : groups) rows += group.rows;
  return rows;
}

/// Moves to the row that is `ordinal`-th over all groups; what remains of the groups is in
/// scan.position. False behind the last.
bool move_to(Scan& scan, std::uint64_t ordinal) {
  const auto groups = groups_of(scan);
  scan.position = {};
  for (const columnstore::GroupInfo& group : groups) {
    if (ordinal < group.rows) {
      scan.position.next = static_cast<std::int64_t>(ordinal);
      return true;
    }
    ordinal -= group.rows;
    ++scan.position.group;
  }
  return false;
}

/// Blocks of TABLESAMPLE: a group's rows in 256s, as its TIDs count them.
std::uint64_t sampled_blocks(std::span<const columnstore::GroupInfo> groups) {
  std::uint64_t blocks = 0;
  for (const columnstore::GroupInfo& group : groups) {
    blocks += (group.rows + kRowsOfBlock - 1) / kRowsOfBlock;
  }
  return blocks;
}

/// Moves to the first row of a sampled block behind the heap part's.
void enter_sampled_block(Scan& scan, std::uint64_t block) {
  const auto groups = groups_of(scan);
  scan.position = {};
  for (const columnstore::GroupInfo& group : groups) {
    const std::uint64_t blocks = (group.rows + kRowsOfBlock - 1) / kRowsOfBlock;
    if (block < blocks) {
      scan.block_row = block * kRowsOfBlock;
      scan.block_end = std::min<std::uint64_t>(scan.block_row + kRowsOfBlock, group.rows);
      return;
    }
    block -= blocks;
    ++scan.position.group;
  }
}

/// The heap part's density, from the width of its rows: pg_class's counts are of both parts.
double heap_rows_of_page(Relation chunk, int32* widths) {
  const double width =
      get_rel_data_width(chunk, widths) + MAXALIGN(SizeofHeapTupleHeader) + sizeof(ItemIdData);
  const double usable = static_cast<double>(BLCKSZ - SizeOfPageHeaderData) *
                        RelationGetFillFactor(chunk, HEAP_DEFAULT_FILLFACTOR) / 100;
  return std::max(1.0, std::floor(usable / width));
}

}  // namespace

bool scan_sample_next_block(TableScanDesc sscan, SampleScanState* state) {
  Scan& scan = scan_of(sscan);
  auto* heap_scan = reinterpret_cast<HeapScanDesc>(scan.heap);
  const auto groups = groups_of(scan);
  const std::uint64_t all = heap_scan->rs_nblocks + sampled_blocks(groups);
  BlockNumber block = InvalidBlockNumber;
  if (state->tsmroutine->NextSampleBlock != nullptr) {
    if (all > 0) {
      block = state->tsmroutine->NextSampleBlock(state, static_cast<BlockNumber>(all));
    }
  } else if (scan.next_block < all) {
    block = scan.next_block++;
  }
  if (!BlockNumberIsValid(block)) return false;
  scan.block_is_heap = block < heap_scan->rs_nblocks;
  scan.next_block = state->tsmroutine->NextSampleBlock != nullptr ? block : scan.next_block;
  if (scan.block_is_heap) {
    heapgetpage(scan.heap, block);
    heap_scan->rs_inited = true;
  } else {
    enter_sampled_block(scan, block - heap_scan->rs_nblocks);
  }
  return true;
}

bool scan_sample_next_tuple(TableScanDesc sscan, SampleScanState* state, TupleTableSlot* slot) {
  Scan& scan = scan_of(sscan);
  if (scan.block_is_heap) return heap().scan_sample_next_tuple(scan.heap, state, slot);
  const auto* heap_scan = reinterpret_cast<HeapScanDesc>(scan.heap);
  const bool is_listed = state->tsmroutine->NextSampleBlock != nullptr;
  const BlockNumber block = is_listed ? scan.next_block : scan.next_block - 1;
  const auto rows = static_cast<OffsetNumber>(scan.block_end - scan.block_row);
  const columnstore::GroupInfo& group = groups_of(scan)[scan.position.group];
  (void)heap_scan;
  for (;;) {
    CHECK_FOR_INTERRUPTS();
    const OffsetNumber offset = state->tsmroutine->NextSampleTuple(state, block, rows);
    if (!OffsetNumberIsValid(offset)) break;
    const auto row = static_cast<std::uint16_t>(scan.block_row + offset - 1);
    if (!is_visible(scan, scan.position.group, row)) continue;
    scan.rows->store({group.number, row}, slot);
    return true;
  }
  ExecClearTuple(slot);
  return false;
}

bool scan_analyze_next_block(TableScanDesc sscan, BlockNumber block,
                             BufferAccessStrategy strategy) {
  Scan& scan = scan_of(sscan);
  auto* heap_scan = reinterpret_cast<HeapScanDesc>(scan.heap);
  scan.block_is_heap = block < heap_scan->rs_nblocks;
  if (scan.block_is_heap) return heap().scan_analyze_next_block(scan.heap, block, strategy);
  const std::uint64_t rows = rows_in(groups_of(scan));
  const AnalyzedBlocks blocks = AnalyzedBlocks::of(rows, heap_scan->rs_nblocks);
  scan.block_row = (block - heap_scan->rs_nblocks) * blocks.rows_of_block;
  scan.block_end = std::min(scan.block_row + blocks.rows_of_block, rows);
  return scan.block_row < scan.block_end && move_to(scan, scan.block_row);
}

bool scan_analyze_next_tuple(TableScanDesc sscan, TransactionId oldest, double* live, double* dead,
                             TupleTableSlot* slot) {
  Scan& scan = scan_of(sscan);
  if (scan.block_is_heap) {
    return heap().scan_analyze_next_tuple(scan.heap, oldest, live, dead, slot);
  }
  const auto groups = groups_of(scan);
  while (scan.block_row < scan.block_end) {
    GroupPosition& position = scan.position;
    if (position.next == groups[position.group].rows) {
      ++position.group;
      position.next = 0;
    }
    ++scan.block_row;
    const RowId id{groups[position.group].number, static_cast<std::uint16_t>(position.next++)};
    // As of heap's: what another transaction is deleting is still there.
    if (!scan.rows->is_visible(id, SnapshotSelf)) {
      *dead += 1;
      continue;
    }
    *live += 1;
    scan.rows->store(id, slot);
    return true;
  }
  ExecClearTuple(slot);
  return false;
}

// ANALYZE asks for the size before it chooses blocks, and tells nobody but the progress view.
uint64 relation_size(Relation chunk, ForkNumber fork) {
  const uint64 size = heap().relation_size(chunk, fork);
  if (fork != MAIN_FORKNUM || is_sizing_heap() || MyBEEntry == nullptr ||
      MyBEEntry->st_progress_command != PROGRESS_COMMAND_ANALYZE ||
      !OidIsValid(chunk->rd_rel->reltoastrelid) || !columnstore::has_groups(chunk)) {
    return size;
  }
  const std::uint64_t rows = group_totals(chunk).rows;
  return size +
         uint64{BLCKSZ} * AnalyzedBlocks::of(rows, static_cast<std::uint32_t>(size / BLCKSZ)).count;
}

void relation_estimate_size(Relation chunk, int32* widths, BlockNumber* pages, double* rows,
                            double* all_visible) {
  const columnstore::GroupTotals totals = group_totals(chunk);
  if (totals.rows == 0) {
    heap().relation_estimate_size(chunk, widths, pages, rows, all_visible);
    return;
  }
  const auto heap_pages =
      static_cast<BlockNumber>(heap().relation_size(chunk, MAIN_FORKNUM) / BLCKSZ);
  *pages = heap_pages + static_cast<BlockNumber>(totals.sample_units);
  *rows = static_cast<double>(totals.rows);
  if (heap_pages > 0) *rows += heap_pages * heap_rows_of_page(chunk, widths);
  *all_visible = 0;
}

}  // namespace varve::columnar
