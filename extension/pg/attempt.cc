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

bool is_about_a_lock(const ErrorData& error) {
  return error.sqlerrcode == ERRCODE_LOCK_NOT_AVAILABLE ||
         error.sqlerrcode == ERRCODE_T_R_DEADLOCK_DETECTED;
}

}  // namespace

bool attempt_locks(void (*run)(void*), void* body) {
  const MemoryContext context = CurrentMemoryContext;
  const ResourceOwner owner = CurrentResourceOwner;
  volatile bool done = false;
  BeginInternalSubTransaction(nullptr);
  MemoryContextSwitchTo(context);
  PG_TRY();
  {
    run(body);
    ReleaseCurrentSubTransaction();
    done = true;
  }
  PG_CATCH();
  {
    ErrorData* error = take_error(context);
    RollbackAndReleaseCurrentSubTransaction();
    MemoryContextSwitchTo(context);
    CurrentResourceOwner = owner;
    if (!is_about_a_lock(*error)) ReThrowError(error);
    FreeErrorData(error);
  }
  PG_END_TRY();
  MemoryContextSwitchTo(context);
  CurrentResourceOwner = owner;
  return done;
}

}  // namespace varve::pg::detail
