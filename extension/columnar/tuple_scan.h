#pragma once

#include "extension/columnar/row_id.h"

#include "extension/pg/postgres.h"
extern "C" {
#include <access/genam.h>
#include <access/tableam.h>
#include <executor/tuptable.h>
#include <utils/fmgroids.h>
#include <utils/rel.h>
#include <utils/snapshot.h>
}

namespace varve::columnar {

/// One pass over the tuples of a kind in the store (store.h) whose chunk_seq is that of a row from
/// `first` to `last`, in its order, as far as a snapshot sees them. C API.
struct TupleScan {
  static constexpr AttrNumber kChunkId = 1;
  static constexpr AttrNumber kSequence = 2;
  static constexpr AttrNumber kData = 3;

  TupleScan(Relation toast, Relation index, Oid kind, RowId first, RowId last, Snapshot snapshot) {
    ScanKeyData keys[3];
    ScanKeyInit(&keys[0], kChunkId, BTEqualStrategyNumber, F_OIDEQ, ObjectIdGetDatum(kind));
    ScanKeyInit(&keys[1], kSequence, BTGreaterEqualStrategyNumber, F_INT4GE,
                Int32GetDatum(sequence_of(first)));
    ScanKeyInit(&keys[2], kSequence, BTLessEqualStrategyNumber, F_INT4LE,
                Int32GetDatum(sequence_of(last)));
    slot = table_slot_create(toast, nullptr);
    scan = index_beginscan(toast, index, snapshot, 3, 0);
    index_rescan(scan, keys, 3, nullptr, 0);
  }

  bool next() { return index_getnext_slot(scan, ForwardScanDirection, slot); }

  [[nodiscard]] std::int32_t sequence() const {
    bool is_null = false;
    const Datum sequence = slot_getattr(slot, kSequence, &is_null);
    return is_null ? 0 : DatumGetInt32(sequence);
  }

  [[nodiscard]] Datum data() const {
    bool is_null = false;
    return slot_getattr(slot, kData, &is_null);
  }

  void end() {
    index_endscan(scan);
    ExecDropSingleTupleTableSlot(slot);
  }

  TupleTableSlot* slot;
  IndexScanDesc scan;
};

}  // namespace varve::columnar
