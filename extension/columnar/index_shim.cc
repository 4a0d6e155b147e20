#include "extension/columnar/index_shim.h"

#include <new>

#include "extension/columnar/handler.h"
#include "extension/columnar/index_fetch.h"
#include "extension/columnar/tid.h"
#include "extension/columnstore/complete_index.h"

#include "extension/pg/postgres.h"
extern "C" {
#include <access/amapi.h>
#include <access/hash.h>
#include <access/htup_details.h>
#include <access/nbtree.h>
#include <catalog/pg_am.h>
#include <catalog/pg_index.h>
#include <nodes/pg_list.h>
#include <utils/relcache.h>
}

namespace varve::columnar {
namespace {

struct IndexMethod {
  amrescan_function rescan;
  amgettuple_function gettuple;
};

IndexMethod method_of(Relation index) {
  if (index->rd_rel->relam == BTREE_AM_OID) return {btrescan, btgettuple};
  if (index->rd_rel->relam == HASH_AM_OID) return {hashrescan, hashgettuple};
  IndexAmRoutine* routine = GetIndexAmRoutineByAmId(index->rd_rel->relam, false);
  const IndexMethod method = {routine->amrescan, routine->amgettuple};
  pfree(routine);
  return method;
}

/// The state of a scan of the index with the columnar table; none for scans of the index alone.
IndexFetch* fetch_of(IndexScanDesc scan) {
  if (scan->heapRelation == nullptr || scan->xs_heapfetch == nullptr) return nullptr;
  if (!is_columnar_table(scan->heapRelation)) return nullptr;
  return reinterpret_cast<IndexFetch*>(scan->xs_heapfetch);
}

void rescan(IndexScanDesc scan, ScanKey keys, int key_count, ScanKey orders, int order_count) {
  method_of(scan->indexRelation).rescan(scan, keys, key_count, orders, order_count);
  IndexFetch* fetch = fetch_of(scan);
  if (fetch == nullptr) return;
  if (fetch->lookup_context != nullptr) MemoryContextReset(fetch->lookup_context);
  fetch->lookup = nullptr;
  fetch->wants_row = fetch->reads_rows || !scan->xs_want_itup;
  fetch->is_as_it_is = !can_be_shimmed(scan->indexRelation) ||
                       columnstore::is_complete(scan->heapRelation, scan->indexRelation);
  fetch->has_begun = fetch->in_groups = false;
}

/// The next entry of the heap part. Rows of row groups may have entries (those that make a key
/// unique); they are passed over, and never called dead for having been.
bool next_entry(IndexScanDesc scan, ScanDirection direction) {
  const IndexMethod method = method_of(scan->indexRelation);
  while (method.gettuple(scan, direction)) {
    if (!is_columnar(&scan->xs_heaptid)) return true;
    scan->kill_prior_tuple = false;
  }
  return false;
}

bool next_of_groups(IndexScanDesc scan, IndexFetch& fetch, ScanDirection direction) {
  fetch.rows->lend_reader(false);
  const auto id = fetch.lookup->next(direction);
  if (!id) return false;
  set_tid(&scan->xs_heaptid, *id);
  scan->xs_recheck = false;
  return true;
}

void make_lookup(IndexScanDesc scan, IndexFetch& fetch) {
  if (fetch.lookup != nullptr) return;
  if (fetch.lookup_context == nullptr) {
    fetch.lookup_context = AllocSetContextCreate(GetMemoryChunkContext(&fetch),
                                                 "lookup of columnar rows", ALLOCSET_SMALL_SIZES);
  }
  const MemoryContext before = MemoryContextSwitchTo(fetch.lookup_context);
  fetch.lookup = new (palloc(sizeof(KeyLookup)))
      KeyLookup(*fetch.rows, scan->indexRelation, scan->keyData, scan->numberOfKeys);
  MemoryContextSwitchTo(before);
}

bool forward(IndexScanDesc scan, IndexFetch& fetch) {
  if (!fetch.in_groups) {
    if (next_entry(scan, ForwardScanDirection)) return true;
    make_lookup(scan, fetch);
    fetch.lookup->restart(false);
    fetch.in_groups = true;
  }
  return next_of_groups(scan, fetch, ForwardScanDirection);
}

// An index scan that is at its end begins at the other end when it is asked again; so does the
// lookup after the index, and the index after the lookup.
bool backward(IndexScanDesc scan, IndexFetch& fetch, bool is_new) {
  if (is_new) {
    make_lookup(scan, fetch);
    fetch.lookup->restart(true);
    fetch.in_groups = true;
  }
  if (fetch.in_groups) {
    if (next_of_groups(scan, fetch, BackwardScanDirection)) return true;
    fetch.in_groups = false;
  }
  return next_entry(scan, BackwardScanDirection);
}

bool gettuple(IndexScanDesc scan, ScanDirection direction) {
  IndexFetch* fetch = fetch_of(scan);
  if (fetch == nullptr) {
    // Without the table, or with its heap part alone.
    if (scan->heapRelation != nullptr) return next_entry(scan, direction);
    return method_of(scan->indexRelation).gettuple(scan, direction);
  }
  if (fetch->is_as_it_is) return method_of(scan->indexRelation).gettuple(scan, direction);
  if (fetch->in_groups) scan->kill_prior_tuple = false;  // it was said of a columnar row
  const bool is_new = !fetch->has_begun;
  fetch->has_begun = true;
  if (!ScanDirectionIsBackward(direction)) return forward(scan, *fetch);
  return backward(scan, *fetch, is_new);
}

void install(Relation index) {
  if (index->rd_indam->amgettuple == gettuple || index->rd_indam->amgettuple == nullptr) return;
  index->rd_indam->amrescan = rescan;
  index->rd_indam->amgettuple = gettuple;
}

}  // namespace

bool can_be_shimmed(Relation index) {
  const Oid method = index->rd_rel->relam;
  const HeapTupleData* row = index->rd_indextuple;
  return (method == BTREE_AM_OID || method == HASH_AM_OID) &&
         heap_attisnull(const_cast<HeapTupleData*>(row), Anum_pg_index_indexprs, nullptr) &&
         heap_attisnull(const_cast<HeapTupleData*>(row), Anum_pg_index_indpred, nullptr);
}

// The routines of an index's entry in the relation cache are a copy of its own, which is kept as
// long as the index is open.
void install_index_shims(Relation chunk) {
  if (!columnstore::has_groups(chunk)) return;
  List* indexes = RelationGetIndexList(chunk);
  ListCell* cell;
  foreach (cell, indexes) {
    Relation index = RelationIdGetRelation(lfirst_oid(cell));
    if (index == nullptr) continue;
    install(index);
    RelationClose(index);
  }
  list_free(indexes);
}

}  // namespace varve::columnar
