#include "extension/columnar/fetch.h"

#include "extension/columnar/heap_part.h"
#include "extension/columnar/row_access.h"
#include "extension/columnar/scan.h"
#include "extension/columnar/tid.h"

namespace varve::columnar {

bool tuple_fetch_row_version(Relation chunk, ItemPointer tid, Snapshot snapshot,
                             TupleTableSlot* slot) {
  if (!is_columnar(tid)) return heap().tuple_fetch_row_version(chunk, tid, snapshot, slot);
  const auto id = row_of(tid);
  if (!id) return false;
  RowAccess rows = RowAccess::of_one_row(chunk);
  const bool found = rows.exists(*id) && rows.is_visible(*id, snapshot);
  if (found) rows.store(*id, slot);
  rows.close();
  return found;
}

bool tuple_tid_valid(TableScanDesc scan, ItemPointer tid) {
  if (!is_columnar(tid)) return heap().tuple_tid_valid(scan_of(scan).heap, tid);
  const auto id = row_of(tid);
  return id && scan_of(scan).rows->exists(*id);
}

void tuple_get_latest_tid(TableScanDesc scan, ItemPointer tid) {
  if (is_columnar(tid)) {
    const auto id = row_of(tid);
    if (!id) return;
    const RowHeader header = scan_of(scan).rows->headers().find(*id, scan->rs_snapshot);
    if (!header.is_dead() || !ItemPointerIsValid(&header.forward) ||
        ItemPointerIndicatesMovedPartitions(&header.forward)) {
      return;
    }
    *tid = header.forward;
  }
  heap().tuple_get_latest_tid(scan_of(scan).heap, tid);
}

bool tuple_satisfies_snapshot(Relation chunk, TupleTableSlot* slot, Snapshot snapshot) {
  if (!is_columnar(&slot->tts_tid)) return heap().tuple_satisfies_snapshot(chunk, slot, snapshot);
  const auto id = row_of(&slot->tts_tid);
  RowAccess rows = RowAccess::of_one_row(chunk);
  const bool result = id && rows.exists(*id) && rows.is_visible(*id, snapshot);
  rows.close();
  return result;
}

}  // namespace varve::columnar
