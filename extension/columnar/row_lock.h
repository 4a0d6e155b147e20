#pragma once

#include "extension/columnar/row_access.h"

#include "extension/pg/postgres.h"
extern "C" {
#include <access/tableam.h>
#include <nodes/lockoptions.h>
#include <storage/lmgr.h>
}

// Getting hold of a columnar row, to lock, delete or replace it. C API.
namespace varve::columnar {

/// What a statement wants of the row it has found.
struct RowRequest {
  RowId id;
  CommandId cid;
  LockTupleMode mode;
  LockWaitPolicy policy;
  XLTW_Oper purpose;   // for the context of errors while waiting
  bool needs_carrier;  // a header is made where there is none
};

/// A row that is ours: its header is a carrier locked in the requested mode; or it has none, and
/// nobody can make one meanwhile.
struct RowHold {
  RowHeader header;
  bool is_guarded;  // no header: the right to make one is ours
  bool is_queued;   // we have waited, and others wait behind us
};

/// Waits until the row can be had. TM_Ok: it is held, until release(); else as of heap's functions:
/// TM_SelfModified, TM_Updated, TM_Deleted, with `failure` filled, TM_Invisible or, by policy,
/// TM_WouldBlock. Where the policy is LockWaitError it raises lock_not_available.
TM_Result acquire(Relation chunk, RowHeaders& headers, const RowRequest& request, RowHold* hold,
                  TM_FailureData* failure);
void release(Relation chunk, const RowRequest& request, const RowHold& hold);

/// Locks the row as SELECT FOR UPDATE and others do, in a carrier if there is none.
TM_Result lock_row(Relation chunk, RowHeaders& headers, const RowRequest& request,
                   TM_FailureData* failure);

/// The right to make what there can be one of for a row: its header, its bit in a bitmap, or an
/// entry of it in an index. It is that of all rows of the row's vector, since a bitmap is of them
/// together. Nobody waits for anything else while he has it, so that it is had at once.
void guard(Relation chunk, RowId id);
void unguard(Relation chunk, RowId id);

}  // namespace varve::columnar
