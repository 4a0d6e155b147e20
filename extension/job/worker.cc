#include "extension/job/worker.h"

#include "extension/job/procedure.h"
#include "extension/job/process.h"
#include "extension/job/run.h"
#include "extension/job/shared_state.h"

#include "extension/pg/boundary.h"
extern "C" {
#include <access/xact.h>
#include <commands/discard.h>
#include <miscadmin.h>
#include <pgstat.h>
#include <postmaster/bgworker.h>
#include <postmaster/interrupt.h>
#include <storage/ipc.h>
#include <storage/latch.h>
#include <storage/proc.h>
#include <tcop/tcopprot.h>
#include <utils/guc.h>
#include <utils/snapmgr.h>
#include <utils/timeout.h>
#include <utils/timestamp.h>
}

extern "C" {
PGDLLEXPORT void varve_job_worker_main(Datum slot);
}

namespace varve::job {
namespace {

int idle_timeout_ms = 60'000;

WorkerSlot& my_slot(Shared& shared) {
  return shared.workers[DatumGetInt32(MyBgworkerEntry->bgw_main_arg)];
}

void leave_slot(int /*code*/, Datum /*argument*/) {
  with_shared([](Shared& shared) {
    WorkerSlot& slot = my_slot(shared);
    const Oid database = slot.worker.database;
    const bool was_idle =
        slot.worker.state == WorkerState::kIdle || slot.worker.state == WorkerState::kLeaving;
    slot = {};
    if (!was_idle) shared.wake_scheduler(database);
    shared.wake_waiting();
  });
}

/// Takes the slot; the role to connect as.
Oid enter_slot(Oid* database) {
  return with_shared([&](Shared& shared) {
    WorkerSlot& slot = my_slot(shared);
    slot.pid = MyProcPid;
    slot.latch = MyLatch;
    *database = slot.worker.database;
    return slot.worker.role;
  });
}

/// What to do now; false where there is nothing.
bool take_assignment(Assignment& assignment) {
  return with_shared([&](Shared& shared) {
    WorkerSlot& slot = my_slot(shared);
    if (slot.worker.state != WorkerState::kStarting && slot.worker.state != WorkerState::kRunning) {
      return false;
    }
    slot.worker.state = WorkerState::kRunning;
    assignment = {slot.job_id, slot.due, slot.waited};
    return true;
  });
}

void give_back(bool is_deferred) {
  with_shared([&](Shared& shared) {
    WorkerSlot& slot = my_slot(shared);
    slot.worker.state = WorkerState::kFinished;
    slot.is_deferred = is_deferred;
    slot.worker.since = GetCurrentTimestamp();
    shared.wake_scheduler(slot.worker.database);
    shared.wake_waiting();
  });
  QueryCancelPending = false;  // one that came too late
}

// --- max_runtime ---

TimeoutId runtime_timeout = MAX_TIMEOUTS;
volatile sig_atomic_t runtime_exceeded = 0;

/// Again each second: a procedure may have caught the first.
void cancel_own_run() {
  runtime_exceeded = 1;
  kill(MyProcPid, SIGINT);
}

void limit_runtime(const Job& job) {
  runtime_exceeded = 0;
  const std::int64_t limit_ms = microseconds_of(job.max_runtime) / 1000;
  if (limit_ms <= 0) return;
  enable_timeout_every(runtime_timeout,
                       TimestampTzPlusMilliseconds(GetCurrentTimestamp(), limit_ms), 1000);
}

// --- one run ---

/// Runs the job's procedure; the error that ended it, in the current memory context, or null. No
/// transaction is open afterwards.
ErrorData* run_procedure(const Job& job) {
  const MemoryContext memory = CurrentMemoryContext;
  ErrorData* volatile error = nullptr;
  PG_TRY();
  {
    limit_runtime(job);
    StartTransactionCommand();
    SetCurrentStatementStartTimestamp();
    PushActiveSnapshot(GetTransactionSnapshot());
    MemoryContextSwitchTo(memory);
    const char* statement = call_statement(job);
    PopActiveSnapshot();
    pgstat_report_activity(STATE_RUNNING, statement);
    execute_statement(statement);
    CommitTransactionCommand();
    disable_timeout(runtime_timeout, false);
  }
  PG_CATCH();
  {
    disable_timeout(runtime_timeout, false);
    HOLD_INTERRUPTS();
    QueryCancelPending = false;
    MemoryContextSwitchTo(memory);
    ErrorData* copy = CopyErrorData();
    if (runtime_exceeded != 0 && copy->sqlerrcode == ERRCODE_QUERY_CANCELED) {
      copy->message = pstrdup("the run was cancelled: it exceeded max_runtime");
    }
    error = copy;
    EmitErrorReport();
    AbortCurrentTransaction();
    FlushErrorState();
    RESUME_INTERRUPTS();
  }
  PG_END_TRY();
  MemoryContextSwitchTo(memory);
  return error;
}

/// As after DISCARD ALL, so that the next run meets a fresh session.
void reset_session() {
  StartTransactionCommand();
  PushActiveSnapshot(GetTransactionSnapshot());  // temporary tables are dropped from the catalog
  DiscardStmt all = {.type = T_DiscardStmt, .target = DISCARD_ALL};
  DiscardCommand(&all, true);
  PopActiveSnapshot();
  CommitTransactionCommand();
  reset_report();
}

/// `memory` outlives the transactions of the run. False where it could not begin yet.
bool run(const Assignment& assignment, MemoryContext memory) {
  HOLD_CANCEL_INTERRUPTS();
  std::int64_t history_id = 0;
  bool is_locked = false;
  StartTransactionCommand();
  PushActiveSnapshot(GetTransactionSnapshot());
  MemoryContextSwitchTo(memory);
  const Job* job =
      pg::entry([&] { return begin_run(assignment, GetUserId(), &history_id, &is_locked); });
  PopActiveSnapshot();
  CommitTransactionCommand();
  RESUME_CANCEL_INTERRUPTS();
  if (job == nullptr) return !is_locked;

  SetConfigOption("application_name", job->name, PGC_USERSET, PGC_S_SESSION);
  MemoryContextSwitchTo(memory);
  const ErrorData* error = run_procedure(*job);

  HOLD_CANCEL_INTERRUPTS();
  StartTransactionCommand();
  PushActiveSnapshot(GetTransactionSnapshot());
  const Outcome outcome = {error == nullptr, error, reported()};
  pg::entry([&] { finish_run(assignment.job_id, history_id, outcome); });
  PopActiveSnapshot();
  CommitTransactionCommand();
  RESUME_CANCEL_INTERRUPTS();
  return true;
}

/// False where the process is to exit.
bool wait_for_assignment() {
  const int events = WaitLatch(MyLatch, WL_LATCH_SET | WL_TIMEOUT | WL_EXIT_ON_PM_DEATH,
                               idle_timeout_ms, PG_WAIT_EXTENSION);
  ResetLatch(MyLatch);
  CHECK_FOR_INTERRUPTS();
  if (ConfigReloadPending) {
    ConfigReloadPending = false;
    ProcessConfigFile(PGC_SIGHUP);
  }
  return with_shared([&](Shared& shared) {
    Worker& worker = my_slot(shared).worker;
    if (worker.state == WorkerState::kLeaving) return false;
    if ((events & WL_TIMEOUT) == 0) return true;
    // A scheduler that had not yet heard of the last run's end is no more.
    if (worker.state != WorkerState::kIdle && worker.state != WorkerState::kFinished) return true;
    worker.state = WorkerState::kLeaving;
    return false;
  });
}

void run_jobs() {
  const MemoryContext memory =
      AllocSetContextCreate(TopMemoryContext, "job run", ALLOCSET_DEFAULT_SIZES);
  do {
    Assignment assignment;
    while (take_assignment(assignment)) {
      const bool has_begun = run(assignment, memory);
      reset_session();
      MemoryContextSwitchTo(TopMemoryContext);
      MemoryContextReset(memory);
      pgstat_report_stat(true);
      pgstat_report_activity(STATE_IDLE, nullptr);
      give_back(!has_begun);
    }
  } while (wait_for_assignment());
}

}  // namespace

BackgroundWorkerHandle* start_worker(int slot, Oid database) {
  return start_process("varve job worker", database, "varve_job_worker_main", Int32GetDatum(slot));
}

void install_worker() {
  DefineCustomIntVariable("varve.job_worker_idle_timeout",
                          "How long a process of the job pool waits for its next job.", nullptr,
                          &idle_timeout_ms, 60'000, 0, INT_MAX, PGC_SIGHUP, GUC_UNIT_MS, nullptr,
                          nullptr, nullptr);
}

void worker_main() {
  pqsignal(SIGTERM, die);
  pqsignal(SIGHUP, SignalHandlerForConfigReload);
  Oid database = InvalidOid;
  const Oid role = enter_slot(&database);
  before_shmem_exit(leave_slot, 0);
  BackgroundWorkerUnblockSignals();
  BackgroundWorkerInitializeConnectionByOid(database, role, 0);
  runtime_timeout = RegisterTimeout(USER_TIMEOUT, cancel_own_run);
  run_jobs();
  proc_exit(0);
}

}  // namespace varve::job

void varve_job_worker_main(Datum /*slot*/) { varve::job::worker_main(); }
