#pragma once

#include "extension/pg/postgres.h"
extern "C" {
#include <access/tableam.h>
#include <utils/rel.h>
}

// Callbacks that read one row by its TID. C API.
namespace varve::columnar {

bool tuple_fetch_row_version(Relation chunk, ItemPointer tid, Snapshot snapshot,
                             TupleTableSlot* slot);
bool tuple_tid_valid(TableScanDesc scan, ItemPointer tid);
void tuple_get_latest_tid(TableScanDesc scan, ItemPointer tid);
bool tuple_satisfies_snapshot(Relation chunk, TupleTableSlot* slot, Snapshot snapshot);

}  // namespace varve::columnar
