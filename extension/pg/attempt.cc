#include "extension/pg/attempt.h"

extern "C" {
#include <access/xact.h>
#include <utils/resowner.h>
}

namespace varve::pg::detail {
namespace {

/// The error on PostgreSQL's stack, which is then empty.
ErrorData* take_error(MemoryContext context) {
  MemoryContextSwitchTo(context);
  ErrorData* error = CopyErrorData();
  FlushErrorState();
  return error;
}

/// kDone where the error is about something else.
LockAttempt failure_of(const ErrorData& error) {
  switch (error.sqlerrcode) {
    case ERRCODE_LOCK_NOT_AVAILABLE: return LockAttempt::kTimedOut;
    case ERRCODE_T_R_DEADLOCK_DETECTED: return LockAttempt::kDeadlocked;
    default: return LockAttempt::kDone;
  }
}

}  // namespace

LockAttempt attempt_locks(void (*run)(void*), void* body) {
  const MemoryContext context = CurrentMemoryContext;
  const ResourceOwner owner = CurrentResourceOwner;
  volatile LockAttempt result = LockAttempt::kDone;
  BeginInternalSubTransaction(nullptr);
  MemoryContextSwitchTo(context);
  PG_TRY();
  {
    run(body);
    ReleaseCurrentSubTransaction();
  }
  PG_CATCH();
  {
    ErrorData* error = take_error(context);
    RollbackAndReleaseCurrentSubTransaction();
    MemoryContextSwitchTo(context);
    CurrentResourceOwner = owner;
    result = failure_of(*error);
    if (result == LockAttempt::kDone) ReThrowError(error);
    FreeErrorData(error);
  }
  PG_END_TRY();
  MemoryContextSwitchTo(context);
  CurrentResourceOwner = owner;
  return result;
}

}  // namespace varve::pg::detail
