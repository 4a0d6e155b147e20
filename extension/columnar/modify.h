#pragma once

#include "extension/pg/postgres.h"
extern "C" {
#include <access/tableam.h>
#include <utils/rel.h>
}

// Callbacks that change rows: new rows and new versions go to the heap part; columnar rows get
// tombstones and locks. C API.
namespace varve::columnar {

void tuple_insert(Relation chunk, TupleTableSlot* slot, CommandId cid, int options,
                  BulkInsertStateData* bulk);
void tuple_insert_speculative(Relation chunk, TupleTableSlot* slot, CommandId cid, int options,
                              BulkInsertStateData* bulk, uint32 token);
void multi_insert(Relation chunk, TupleTableSlot** slots, int count, CommandId cid, int options,
                  BulkInsertStateData* bulk);
TM_Result tuple_delete(Relation chunk, ItemPointer tid, CommandId cid, Snapshot snapshot,
                       Snapshot crosscheck, bool wait, TM_FailureData* failure, bool is_moved);
TM_Result tuple_update(Relation chunk, ItemPointer tid, TupleTableSlot* slot, CommandId cid,
                       Snapshot snapshot, Snapshot crosscheck, bool wait, TM_FailureData* failure,
                       LockTupleMode* mode, bool* update_indexes);
TM_Result tuple_lock(Relation chunk, ItemPointer tid, Snapshot snapshot, TupleTableSlot* slot,
                     CommandId cid, LockTupleMode mode, LockWaitPolicy policy, uint8 flags,
                     TM_FailureData* failure);

}  // namespace varve::columnar
