#include "extension/chunk/maintain/exchange_lock.h"

#include <algorithm>

#include "extension/pg/attempt.h"
extern "C" {
#include <catalog/pg_type.h>
#include <miscadmin.h>
#include <storage/backendid.h>
#include <storage/latch.h>
#include <storage/lmgr.h>
#include <storage/proc.h>
#include <storage/sinvaladt.h>
#include <utils/array.h>
#include <utils/builtins.h>
#include <utils/guc.h>
#include <utils/lsyscache.h>
#include <utils/wait_event.h>
}

namespace varve::chunk {
namespace {

constexpr LOCKMODE kLock = AccessExclusiveLock;

/// Waits for the lock for so many milliseconds.
pg::LockAttempt lock_within(Oid chunk, int ms) {
  return pg::attempt_locks([&] {
    const int level = NewGUCNestLevel();
    char text[16];
    snprintf(text, sizeof text, "%d", ms);
    set_config_option("lock_timeout", text, PGC_USERSET, PGC_S_SESSION, GUC_ACTION_SAVE, true, 0,
                      false);
    LockRelationOid(chunk, kLock);
    AtEOXact_GUC(true, level);
  });
}

bool waits_for_us(int pid) {
  const Datum blockers = DirectFunctionCall1(pg_blocking_pids, Int32GetDatum(pid));
  Datum* pids;
  int count;
  deconstruct_array(DatumGetArrayTypeP(blockers), INT4OID, sizeof(int32), true, TYPALIGN_INT, &pids,
                    nullptr, &count);
  return std::any_of(pids, pids + count, [](Datum p) { return DatumGetInt32(p) == MyProcPid; });
}

/// Whether somebody we wait for waits for us. Leaves rubbish in the current memory context.
bool is_deadlock(Oid chunk) {
  LOCKTAG tag;
  SET_LOCKTAG_RELATION(tag, MyDatabaseId, chunk);
  int count;
  const VirtualTransactionId* holders = GetLockConflicts(&tag, kLock, &count);
  for (int i = 0; i < count; ++i) {
    const PGPROC* process = BackendIdGetProc(holders[i].backendId);
    // To ask whom a process waits for locks all of the lock table, so only of those that do wait.
    const bool is_waiting = process != nullptr && process->waitStatus == PROC_WAIT_STATUS_WAITING;
    if (is_waiting && waits_for_us(process->pid)) return true;
  }
  return false;
}

/// What the setting lock_timeout allows, in milliseconds.
class Patience {
 public:
  Patience() : left_(LockTimeout > 0 ? LockTimeout : -1) {}
  /// As much of a turn as is allowed; after the last of it, the error of a lock timeout.
  int take(int turn) {
    if (left_ < 0) return turn;
    if (left_ == 0) {
      ereport(ERROR, (errcode(ERRCODE_LOCK_NOT_AVAILABLE),
                      errmsg("canceling statement due to lock timeout")));
    }
    turn = std::min(turn, left_);
    left_ -= turn;
    return turn;
  }

 private:
  int left_;
};

void sleep_ms(int ms) {
  (void)WaitLatch(MyLatch, WL_LATCH_SET | WL_TIMEOUT | WL_EXIT_ON_PM_DEATH, ms, PG_WAIT_EXTENSION);
  ResetLatch(MyLatch);
  CHECK_FOR_INTERRUPTS();
}

/// Asks for the lock again and again, for so many milliseconds, without standing in its queue.
bool poll(Oid chunk, int ms) {
  constexpr int kPause = 10;
  MemoryContext scratch =
      AllocSetContextCreate(CurrentMemoryContext, "who reads a chunk", ALLOCSET_SMALL_SIZES);
  bool is_locked = false;
  for (int waited = 0; waited < ms; waited += kPause) {
    is_locked = ConditionalLockRelationOid(chunk, kLock);
    if (is_locked) break;
    const MemoryContext before = MemoryContextSwitchTo(scratch);
    const bool gives_way = is_deadlock(chunk);
    MemoryContextSwitchTo(before);
    MemoryContextReset(scratch);
    if (gives_way) {
      ereport(ERROR,
              (errcode(ERRCODE_T_R_DEADLOCK_DETECTED),
               errmsg("chunk \"%s\" has been read by a transaction that now waits for this one",
                      get_rel_name(chunk)),
               errhint("Try again when that has ended.")));
    }
    sleep_ms(std::min(kPause, ms - waited));
  }
  MemoryContextDelete(scratch);
  return is_locked;
}

/// Stands in the queue, so that those who come later let us pass.
bool queue(Oid chunk, int ms) {
  const pg::LockAttempt attempt = lock_within(chunk, ms);
  if (attempt == pg::LockAttempt::kDeadlocked) {
    ereport(ERROR, (errcode(ERRCODE_T_R_DEADLOCK_DETECTED), errmsg("deadlock detected")));
  }
  return attempt == pg::LockAttempt::kDone;
}

/// Long enough for short queries to end; every fourth time, for PostgreSQL to look for deadlocks
/// that is_deadlock() does not see.
int turn_in_queue(int number) {
  return number % 4 == 3 ? 2 * DeadlockTimeout : std::clamp(DeadlockTimeout / 10, 1, 100);
}

}  // namespace

// A reader who asks to write while we stand in the queue is cancelled at once: he cannot pass us,
// nor we him. So most of the time we do not.
void lock_for_exchange(Oid chunk) {
  Patience patience;
  for (int number = 0;; ++number) {
    if (queue(chunk, patience.take(turn_in_queue(number)))) return;
    if (poll(chunk, patience.take(DeadlockTimeout))) return;
  }
}

}  // namespace varve::chunk
