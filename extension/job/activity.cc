// job_workers() and job_schedulers(): what is going on, from shared memory.
#include "extension/job/shared_state.h"

#include "extension/pg/boundary.h"
extern "C" {
#include <funcapi.h>
#include <utils/builtins.h>
#include <utils/timestamp.h>
}

namespace varve::job {
namespace {

const char* name_of(WorkerState state) {
  switch (state) {
    case WorkerState::kStarting: return "starting";
    case WorkerState::kIdle: return "idle";
    case WorkerState::kRunning: return "running";
    case WorkerState::kFinished: return "finished";
    case WorkerState::kLeaving: return "leaving";
    case WorkerState::kFree: break;
  }
  return "free";
}

void put(FunctionCallInfo fcinfo, Datum* values, bool* nulls) {
  auto* result = reinterpret_cast<ReturnSetInfo*>(fcinfo->resultinfo);
  tuplestore_putvalues(result->setResult, result->setDesc, values, nulls);
}

/// A copy, since nothing may be allocated under the lock.
template <class Slot>
Slot* copy_slots(const Slot* slots, int capacity, int Shared::*count, int* copied) {
  auto* copy = static_cast<Slot*>(palloc(sizeof(Slot) * static_cast<std::size_t>(capacity + 1)));
  *copied = with_shared([&](Shared& shared) {
    memcpy(static_cast<void*>(copy), slots, sizeof(Slot) * static_cast<std::size_t>(shared.*count));
    return shared.*count;
  });
  return copy;
}

void list_workers(FunctionCallInfo fcinfo) {
  InitMaterializedSRF(fcinfo, 0);
  int count = 0;
  const WorkerSlot* slots =
      copy_slots(shared_state().workers, pool_size(), &Shared::worker_count, &count);
  for (int i = 0; i < count; ++i) {
    const WorkerSlot& slot = slots[i];
    if (slot.worker.state == WorkerState::kFree) continue;
    Datum values[] = {Int32GetDatum(slot.pid), ObjectIdGetDatum(slot.worker.database),
                      Int32GetDatum(slot.job_id), CStringGetTextDatum(name_of(slot.worker.state)),
                      TimestampTzGetDatum(slot.worker.since)};
    bool nulls[] = {slot.pid == 0, false, slot.job_id == 0, false, false};
    put(fcinfo, values, nulls);
  }
}

void list_schedulers(FunctionCallInfo fcinfo) {
  InitMaterializedSRF(fcinfo, 0);
  int count = 0;
  const DatabaseSlot* slots =
      copy_slots(shared_state().databases, kMaxDatabases, &Shared::database_count, &count);
  for (int i = 0; i < count; ++i) {
    const DatabaseSlot& slot = slots[i];
    const char* reason =
        slot.is_stopped ? "jobs of the database are stopped: see timescaledb_post_restore() and "
                          "start_background_workers()"
                        : describe(slot.wait);
    Datum values[] = {ObjectIdGetDatum(slot.database), Int32GetDatum(slot.scheduler),
                      TimestampTzGetDatum(slot.next_due),
                      reason == nullptr ? 0 : CStringGetTextDatum(reason),
                      TimestampTzGetDatum(slot.waiting_since)};
    bool nulls[] = {false, slot.scheduler == 0, false, reason == nullptr, slot.waiting_since == 0};
    put(fcinfo, values, nulls);
  }
}

}  // namespace
}  // namespace varve::job

// job_workers() returns table (pid integer, database oid, job_id integer, state text,
//                              since timestamptz)
VARVE_SQL_FUNCTION(varve_job_workers) {
  varve::pg::call([fcinfo] { varve::job::list_workers(fcinfo); });
  return 0;
}

// job_schedulers() returns table (database oid, pid integer, next_due timestamptz,
//                                 wait_reason text, waiting_since timestamptz)
VARVE_SQL_FUNCTION(varve_job_schedulers) {
  varve::pg::call([fcinfo] { varve::job::list_schedulers(fcinfo); });
  return 0;
}
