#include "extension/job/assignment.h"

#include <algorithm>

#include "extension/job/worker.h"

#include "extension/pg/boundary.h"
extern "C" {
#include <miscadmin.h>
#include <utils/memutils.h>
#include <utils/timestamp.h>
}

namespace varve::job {
namespace {

// A registered process that has not come by then never will.
constexpr std::int64_t kStartLimit = 60 * USECS_PER_SEC;

/// How many other databases have waited longer for a worker.
int waiting_longer(const Shared& shared, const DatabaseSlot& mine) {
  int count = 0;
  for (int i = 0; i < shared.database_count; ++i) {
    const DatabaseSlot& other = shared.databases[i];
    if (other.database == mine.database || other.waiting_since == 0) continue;
    if (mine.waiting_since == 0 || other.waiting_since < mine.waiting_since) ++count;
  }
  return count;
}

Choice choose(Shared& shared, const DatabaseSlot& mine, Oid role) {
  Worker workers[kMaxWorkers];
  const auto pool = shared.pool();
  std::transform(pool.begin(), pool.end(), workers,
                 [](const WorkerSlot& slot) { return slot.worker; });
  return choose_worker({workers, pool.size()}, MyDatabaseId, role, waiting_longer(shared, mine));
}

/// Puts the job into the slot of an idle worker, or of one that is about to be started.
void put(WorkerSlot& slot, bool is_there, Oid role, std::int32_t job_id, TimestampTz due,
         Wait waited) {
  slot.worker = {is_there ? WorkerState::kRunning : WorkerState::kStarting, MyDatabaseId, role,
                 GetCurrentTimestamp()};
  slot.job_id = job_id;
  slot.due = due;
  slot.waited = waited;
  slot.is_deferred = false;
  if (is_there) SetLatch(slot.latch);
}

/// Null, with the slot free again, where PostgreSQL has no process to spare.
BackgroundWorkerHandle* start(int slot) {
  BackgroundWorkerHandle* handle = pg::call([&] {
    const MemoryContext caller = MemoryContextSwitchTo(TopMemoryContext);
    BackgroundWorkerHandle* started = start_worker(slot, MyDatabaseId);
    MemoryContextSwitchTo(caller);
    return started;
  });
  if (handle != nullptr) return handle;
  with_shared([&](Shared& shared) {
    shared.workers[slot] = {};
    shared.ask_idle_to_leave();
  });
  return nullptr;
}

}  // namespace

Given give(std::int32_t job_id, Oid role, TimestampTz due, Wait waited) {
  using Kind = Choice::Kind;
  const Choice choice = with_shared([&](Shared& shared) -> Choice {
    DatabaseSlot* mine = shared.find(MyDatabaseId);
    if (mine == nullptr) return {Kind::kWait};
    const Choice chosen = choose(shared, *mine, role);
    if (chosen.kind == Kind::kWait) return chosen;
    WorkerSlot& slot = shared.workers[chosen.slot];
    if (chosen.kind == Kind::kEvict) {
      slot.worker.state = WorkerState::kLeaving;
      SetLatch(slot.latch);
      return chosen;
    }
    put(slot, chosen.kind == Kind::kUse, role, job_id, due, waited);
    mine->waiting_since = 0;  // to the end of the queue
    return chosen;
  });
  switch (choice.kind) {
    case Kind::kUse: return {Wait::kNone, choice.slot, nullptr};
    case Kind::kStart: {
      BackgroundWorkerHandle* handle = start(choice.slot);
      return {handle == nullptr ? Wait::kNoProcess : Wait::kNone, choice.slot, handle};
    }
    default: return {pool_size() == 0 ? Wait::kNoPool : Wait::kPoolBusy};
  }
}

std::vector<Ended> take_ended() {
  std::vector<Ended> ended;
  ended.reserve(static_cast<std::size_t>(pool_size()));
  with_shared([&](Shared& shared) {
    for (WorkerSlot& slot : shared.pool()) {
      if (slot.worker.database != MyDatabaseId) continue;
      if (slot.worker.state != WorkerState::kFinished) continue;
      ended.push_back({slot.job_id, slot.is_deferred});
      slot.worker.state = WorkerState::kIdle;
      slot.job_id = 0;
    }
  });
  return ended;
}

std::vector<std::int32_t> jobs_with_workers() {
  std::vector<std::int32_t> jobs;
  jobs.reserve(static_cast<std::size_t>(pool_size()));
  const TimestampTz too_old = GetCurrentTimestamp() - kStartLimit;
  with_shared([&](Shared& shared) {
    for (WorkerSlot& slot : shared.pool()) {
      if (slot.worker.database != MyDatabaseId) continue;
      // Registered by a scheduler that is no more.
      const bool never_came = slot.worker.state == WorkerState::kStarting && slot.pid == 0 &&
                              slot.worker.since < too_old;
      if (never_came) {
        slot = {};
      } else if (slot.job_id != 0) {
        jobs.push_back(slot.job_id);
      }
    }
  });
  return jobs;
}

bool is_starting(const Given& given, std::int32_t job_id) {
  pid_t pid = 0;
  const BgwHandleStatus status = GetBackgroundWorkerPid(given.handle, &pid);
  if (status == BGWH_NOT_YET_STARTED) return true;
  if (status == BGWH_STOPPED) {
    with_shared([&](Shared& shared) {
      WorkerSlot& slot = shared.workers[given.slot];
      if (slot.worker.state == WorkerState::kStarting && slot.job_id == job_id &&
          slot.worker.database == MyDatabaseId && slot.pid == 0) {
        slot = {};
      }
    });
  }
  pfree(given.handle);
  return false;
}

}  // namespace varve::job
