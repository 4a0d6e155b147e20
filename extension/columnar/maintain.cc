#include "extension/columnar/maintain.h"

#include "extension/columnar/carry_over.h"
#include "extension/columnar/heap_part.h"
#include "extension/columnar/index_shim.h"
#include "extension/columnar/scan.h"
#include "extension/columnar/tid.h"

#include "extension/pg/postgres.h"
extern "C" {
#include <access/heapam.h>
#include <catalog/index.h>
#include <catalog/pg_am.h>
#include <executor/executor.h>
#include <miscadmin.h>
#include <utils/snapmgr.h>
}

namespace varve::columnar {
namespace {

/// Whether an index being built has to know the columnar rows: one that says for the first time
/// that they are unique. One that is built again has made sure of it before.
bool needs_columnar_rows(Relation index, const IndexInfo* info) {
  if (!info->ii_Unique) return false;
  return !(ReindexIsProcessingIndex(RelationGetRelid(index)) && index->rd_index->indisvalid);
}

void refuse_exclusion(Relation chunk, const IndexInfo* info, Relation index) {
  if (info->ii_ExclusionOps == nullptr) return;
  ereport(ERROR, (errcode(ERRCODE_FEATURE_NOT_SUPPORTED),
                  errmsg("exclusion constraint \"%s\" cannot be checked in a columnar chunk",
                         RelationGetRelationName(index)),
                  errdetail("Table \"%s\" has rows in columns.", RelationGetRelationName(chunk)),
                  errhint("Convert the chunk to rows first.")));
}

struct EntryMaker {
  EntryMaker(Relation table, IndexInfo* index_info)
      : info(index_info), estate(CreateExecutorState()), slot(table_slot_create(table, nullptr)) {
    GetPerTupleExprContext(estate)->ecxt_scantuple = slot;
    predicate = ExecPrepareQual(info->ii_Predicate, estate);
  }
  void make(Relation index, IndexBuildCallback callback, void* state) {
    ExprContext* context = GetPerTupleExprContext(estate);
    ResetExprContext(context);
    if (predicate != nullptr && !ExecQual(predicate, context)) return;
    Datum values[INDEX_MAX_KEYS];
    bool nulls[INDEX_MAX_KEYS];
    FormIndexDatum(info, slot, estate, values, nulls);
    callback(index, &slot->tts_tid, values, nulls, true, state);
  }
  void end() {
    ExecDropSingleTupleTableSlot(slot);
    FreeExecutorState(estate);
    // They may have been of the estate that is gone.
    info->ii_ExpressionsState = NIL;
    info->ii_PredicateState = nullptr;
  }

  IndexInfo* info;
  EState* estate;
  TupleTableSlot* slot;
  ExprState* predicate;
};

/// Gives the index entries for the columnar rows that live: to the snapshot of a concurrent or
/// parallel build, or as of now.
void add_columnar_rows(Relation chunk, Relation index, IndexInfo* info, IndexBuildCallback callback,
                       void* state, TableScanDesc parallel) {
  Snapshot snapshot = info->ii_Concurrent ? RegisterSnapshot(GetTransactionSnapshot()) : nullptr;
  TableScanDesc scan = parallel;
  if (scan == nullptr) {
    scan = scan_begin(chunk, snapshot != nullptr ? snapshot : SnapshotSelf, 0, nullptr, nullptr,
                      SO_TYPE_TIDSCAN);
  } else if (scan->rs_snapshot->snapshot_type == SNAPSHOT_ANY) {
    scan->rs_snapshot = SnapshotSelf;
  }
  EntryMaker maker(chunk, info);
  while (next_columnar_row(scan, maker.slot)) maker.make(index, callback, state);
  maker.end();
  if (parallel == nullptr) scan_end(scan);
  if (snapshot != nullptr) UnregisterSnapshot(snapshot);
}

}  // namespace

double index_build_range_scan(Relation chunk, Relation index, IndexInfo* info, bool allow_sync,
                              bool any_visible, bool progress, BlockNumber first, BlockNumber count,
                              IndexBuildCallback callback, void* state, TableScanDesc scan) {
  double volatile rows = 0;
  with_heap_part(chunk, [&](Relation part) {
    TableScanDesc inner = nullptr;
    if (scan != nullptr) {
      inner = heap().scan_begin(part, scan->rs_snapshot, 0, nullptr, scan->rs_parallel,
                                scan->rs_flags & ~static_cast<uint32>(SO_TEMP_SNAPSHOT));
    }
    rows = heap().index_build_range_scan(part, index, info, allow_sync, any_visible, progress,
                                         first, count, callback, state, inner);
  });
  if (columnstore::has_groups(chunk)) {
    refuse_exclusion(chunk, info, index);
    if (needs_columnar_rows(index, info)) {
      add_columnar_rows(chunk, index, info, callback, state, scan);
    }
  }
  if (scan != nullptr) scan_end(scan);
  return rows;
}

void index_validate_scan(Relation chunk, Relation index, IndexInfo* info, Snapshot snapshot,
                         ValidateIndexState* state) {
  with_heap_part(chunk, [&](Relation part) {
    heap().index_validate_scan(part, index, info, snapshot, state);
  });
}

// Entries of columnar rows are never deleted here: heap must not see them, and those that the index
// knows to be dead must come back to it.
TransactionId index_delete_tuples(Relation chunk, TM_IndexDeleteOp* deletion) {
  int heap_count = 0;
  int columnar_count = 0;
  bool has_known = false;
  auto* columnar = static_cast<TM_IndexDelete*>(
      palloc(sizeof(TM_IndexDelete) * static_cast<std::size_t>(deletion->ndeltids)));
  for (int i = 0; i < deletion->ndeltids; ++i) {
    const TM_IndexDelete& each = deletion->deltids[i];
    const bool is_known = deletion->status[each.id].knowndeletable;
    if (is_columnar(&each.tid)) {
      if (is_known) columnar[columnar_count++] = each;
      continue;
    }
    has_known = has_known || is_known;
    deletion->deltids[heap_count++] = each;
  }
  deletion->ndeltids = heap_count;
  TransactionId latest = InvalidTransactionId;
  // Asked for a simple deletion, heap expects that there is something to delete.
  if (heap_count > 0 && (has_known || deletion->bottomup)) {
    latest = heap().index_delete_tuples(chunk, deletion);
  } else {
    deletion->ndeltids = 0;
  }
  for (int i = 0; i < columnar_count; ++i) {
    deletion->deltids[deletion->ndeltids++] = columnar[i];
  }
  pfree(columnar);
  return latest;
}

void relation_copy_for_cluster(Relation old_table, Relation new_table, Relation index,
                               bool use_sort, TransactionId oldest, TransactionId* xid_cutoff,
                               MultiXactId* multi_cutoff, double* rows, double* vacuumed,
                               double* recently_dead) {
  const bool has_groups = columnstore::has_groups(old_table);
  install_index_shims(old_table);
  // Entries of columnar rows are passed over by the shim; without it they are not read at all.
  if (has_groups && index != nullptr && index->rd_rel->relam == BTREE_AM_OID &&
      !can_be_shimmed(index)) {
    use_sort = true;
  }
  with_heap_part(old_table, [&](Relation part) {
    heap().relation_copy_for_cluster(part, new_table, index, use_sort, oldest, xid_cutoff,
                                     multi_cutoff, rows, vacuumed, recently_dead);
  });
  if (has_groups) copy_store(old_table, new_table, {oldest, *xid_cutoff, *multi_cutoff});
}

}  // namespace varve::columnar
