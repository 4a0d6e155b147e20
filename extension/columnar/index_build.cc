#include "extension/columnar/index_build.h"

#include "extension/columnar/heap_part.h"
#include "extension/columnar/scan.h"
#include "extension/columnstore/complete_index.h"
#include "extension/columnstore/full_indexes.h"

#include "extension/pg/postgres.h"
extern "C" {
#include <access/amapi.h>
#include <access/genam.h>
#include <access/parallel.h>
#include <access/transam.h>
#include <catalog/index.h>
#include <catalog/pg_am.h>
#include <executor/executor.h>
#include <storage/bufmgr.h>
#include <storage/procarray.h>
#include <utils/snapmgr.h>
}

namespace varve::columnar {
namespace {

/// Whether the index is getting its entries. amcheck asks for those that one should have, too; a
/// btree index has a page then.
bool is_being_built(Relation index) {
  return index->rd_rel->relam != BTREE_AM_OID || RelationGetNumberOfBlocks(index) == 0;
}

/// Whether it says for the first time that rows are unique. One that is built again has made sure
/// of it before.
bool is_newly_unique(Relation index, const IndexInfo* info) {
  if (!info->ii_Unique) return false;
  return !(ReindexIsProcessingIndex(RelationGetRelid(index)) && index->rd_index->indisvalid);
}

/// Whether an index being built has to have the columnar rows. Indexes of a table that is going to
/// give a chunk new files are full, once it shows its columns: the others are built before.
bool needs_columnar_rows(Relation chunk, Relation index, const IndexInfo* info) {
  return is_newly_unique(index, info) || OidIsValid(chunk->rd_rel->relrewrite) ||
         columnstore::is_wanted_full(chunk, index);
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
  void make(Relation index, bool is_alive, IndexBuildCallback callback, void* state) {
    ExprContext* context = GetPerTupleExprContext(estate);
    ResetExprContext(context);
    if (predicate != nullptr && !ExecQual(predicate, context)) return;
    Datum values[INDEX_MAX_KEYS];
    bool nulls[INDEX_MAX_KEYS];
    FormIndexDatum(info, slot, estate, values, nulls);
    callback(index, &slot->tts_tid, values, nulls, is_alive, state);
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

/// The columnar rows that an index has to have: for a concurrent build, those that its snapshot
/// sees, since it waits for older ones; otherwise also those that somebody may see though they have
/// been deleted, which take no part in questions of uniqueness.
void add_columnar_rows(Relation chunk, Relation index, IndexInfo* info, IndexBuildCallback callback,
                       void* state, TableScanDesc given) {
  Snapshot snapshot = info->ii_Concurrent ? RegisterSnapshot(GetTransactionSnapshot()) : nullptr;
  TableScanDesc scan = given;
  if (scan == nullptr) {
    scan = scan_begin(chunk, snapshot != nullptr ? snapshot : SnapshotSelf, 0, nullptr, nullptr,
                      SO_TYPE_TIDSCAN);
  } else if (scan->rs_snapshot->snapshot_type == SNAPSHOT_ANY) {
    scan->rs_snapshot = SnapshotSelf;
  }
  EntryMaker maker(chunk, info);
  if (scan->rs_snapshot->snapshot_type == SNAPSHOT_SELF) {
    const TransactionId oldest = GetOldestNonRemovableTransactionId(chunk);
    bool is_alive = false;
    while (next_undead_row(scan, oldest, maker.slot, is_alive)) {
      maker.make(index, is_alive, callback, state);
    }
  } else {
    while (next_columnar_row(scan, maker.slot)) maker.make(index, true, callback, state);
  }
  maker.end();
  if (given == nullptr) scan_end(scan);
  if (snapshot != nullptr) UnregisterSnapshot(snapshot);
}

void build_over_columns(Relation chunk, Relation index, IndexInfo* info,
                        IndexBuildCallback callback, void* state, TableScanDesc scan) {
  refuse_exclusion(chunk, info, index);
  if (!is_being_built(index)) {
    if (columnstore::is_complete(chunk, index)) {
      add_columnar_rows(chunk, index, info, callback, state, scan);
    }
  } else if (needs_columnar_rows(chunk, index, info)) {
    add_columnar_rows(chunk, index, info, callback, state, scan);
    // Who leads a parallel build has taken part until no row was left.
    if (!IsParallelWorker()) columnstore::note_complete(chunk, index);
  }
}

// --- Validation

/// Of the validation under way.
Relation validated_chunk = nullptr;
aminsert_function own_insert = nullptr;

/// Inserts a row of the heap part as one of the chunk: rows with an equal key may be columnar.
bool insert_into_chunk(Relation index, Datum* values, bool* nulls, ItemPointer tid, Relation,
                       IndexUniqueCheck check, bool is_unchanged, IndexInfo* info) {
  return own_insert(index, values, nulls, tid, validated_chunk, check, is_unchanged, info);
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
    build_over_columns(chunk, index, info, callback, state, scan);
  }
  if (scan != nullptr) scan_end(scan);
  return rows;
}

// The routines of an index's entry in the relation cache are a copy of its own.
void index_validate_scan(Relation chunk, Relation index, IndexInfo* info, Snapshot snapshot,
                         ValidateIndexState* state) {
  validated_chunk = chunk;
  own_insert = index->rd_indam->aminsert;
  index->rd_indam->aminsert = insert_into_chunk;
  PG_TRY();
  {
    with_heap_part(chunk, [&](Relation part) {
      heap().index_validate_scan(part, index, info, snapshot, state);
    });
  }
  PG_FINALLY();
  { index->rd_indam->aminsert = own_insert; }
  PG_END_TRY();
}

}  // namespace varve::columnar
