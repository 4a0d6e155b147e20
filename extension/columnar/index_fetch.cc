#include "extension/columnar/index_fetch.h"

#include <new>

#include "extension/columnar/handler.h"
#include "extension/columnar/heap_part.h"
#include "extension/columnar/index_shim.h"
#include "extension/columnar/tid.h"

namespace varve::columnar {
namespace {

IndexFetch& fetch_of(IndexFetchTableData* scan) { return *reinterpret_cast<IndexFetch*>(scan); }

}  // namespace

void give_rows(IndexScanDesc scan) {
  if (is_columnar_table(scan->heapRelation)) fetch_of(scan->xs_heapfetch).reads_rows = true;
}

IndexFetchTableData* index_fetch_begin(Relation chunk) {
  auto* fetch = static_cast<IndexFetch*>(palloc0(sizeof(IndexFetch)));
  fetch->base.rel = chunk;
  fetch->heap = heap().index_fetch_begin(chunk);
  fetch->rows = new (palloc(sizeof(RowAccess))) RowAccess(chunk);
  install_index_shims(chunk);
  return &fetch->base;
}

void index_fetch_reset(IndexFetchTableData* scan) { heap().index_fetch_reset(fetch_of(scan).heap); }

void index_fetch_end(IndexFetchTableData* scan) {
  IndexFetch& fetch = fetch_of(scan);
  heap().index_fetch_end(fetch.heap);
  fetch.rows->close();
  pfree(fetch.rows);
  if (fetch.lookup_context != nullptr) MemoryContextDelete(fetch.lookup_context);
  pfree(&fetch);
}

bool index_fetch_tuple(IndexFetchTableData* scan, ItemPointer tid, Snapshot snapshot,
                       TupleTableSlot* slot, bool* call_again, bool* all_dead) {
  IndexFetch& fetch = fetch_of(scan);
  if (!is_columnar(tid)) {
    return heap().index_fetch_tuple(fetch.heap, tid, snapshot, slot, call_again, all_dead);
  }
  *call_again = false;
  // Its entry, if it has one, is of use as long as the row group stands.
  if (all_dead != nullptr) *all_dead = false;
  const auto id = row_of(tid);
  if (!id || !fetch.rows->exists(*id) || !fetch.rows->is_visible(*id, snapshot)) return false;
  if (fetch.wants_row) fetch.rows->store(*id, slot);
  // Who changes the row asks for it again.
  fetch.rows->lend_reader(true);
  return true;
}

}  // namespace varve::columnar
