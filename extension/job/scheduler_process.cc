// A scheduler as a process: how it is started, and what it leaves behind.
#include "extension/job/process.h"
#include "extension/job/restoring.h"
#include "extension/job/scheduler.h"
#include "extension/job/shared_state.h"

#include "extension/pg/boundary.h"
extern "C" {
#include <miscadmin.h>
#include <postmaster/bgworker.h>
#include <postmaster/interrupt.h>
#include <storage/ipc.h>
#include <storage/latch.h>
}

extern "C" {
PGDLLEXPORT void varve_job_scheduler_main(Datum database);
}

namespace varve::job {
namespace {

void leave_database(int /*code*/, Datum database) {
  with_shared([&](Shared& shared) {
    DatabaseSlot* slot = shared.find(DatumGetObjectId(database));
    if (slot == nullptr || slot->scheduler != MyProcPid) return;
    slot->scheduler = 0;
    slot->latch = nullptr;
    slot->wait = Wait::kNone;
    slot->waiting_since = 0;
    shared.wake_launcher();
    shared.wake_waiting();
  });
}

/// False where nobody asked for this process, or another is there.
bool enter_database(Oid database) {
  return with_shared([&](Shared& shared) {
    DatabaseSlot* slot = shared.find(database);
    if (slot == nullptr || slot->scheduler != 0) return false;
    slot->is_starting = false;
    if (slot->holds > 0 || slot->is_stopped) return false;
    slot->scheduler = MyProcPid;
    slot->latch = MyLatch;
    return true;
  });
}

}  // namespace

BackgroundWorkerHandle* start_scheduler(Oid database) {
  return start_process("varve job scheduler", database, "varve_job_scheduler_main",
                       ObjectIdGetDatum(database));
}

void scheduler_main() {
  pqsignal(SIGTERM, SignalHandlerForShutdownRequest);
  pqsignal(SIGHUP, SignalHandlerForConfigReload);
  const Oid database = DatumGetObjectId(MyBgworkerEntry->bgw_main_arg);
  if (!enter_database(database)) proc_exit(0);
  before_shmem_exit(leave_database, ObjectIdGetDatum(database));
  BackgroundWorkerUnblockSignals();
  BackgroundWorkerInitializeConnectionByOid(database, InvalidOid, 0);
  // Set for the database by timescaledb_pre_restore(): outlives restarts, unlike what is in memory.
  if (is_restoring()) {
    with_shared([&](Shared& shared) {
      if (DatabaseSlot* slot = shared.find(database)) slot->is_stopped = true;
    });
    proc_exit(0);
  }
  pg::entry([] { run_scheduler(); });
  proc_exit(0);
}

}  // namespace varve::job

void varve_job_scheduler_main(Datum /*database*/) { varve::job::scheduler_main(); }
