#include "extension/job/scheduler.h"

#include <algorithm>
#include <unordered_map>

#include "extension/job/clock.h"
#include "extension/job/due_jobs.h"
#include "extension/job/run.h"
#include "extension/job/shared_state.h"
#include "extension/job/worker.h"

#include "extension/pg/boundary.h"
extern "C" {
#include <access/xact.h>
#include <miscadmin.h>
#include <pgstat.h>
#include <postmaster/bgworker.h>
#include <postmaster/interrupt.h>
#include <storage/ipc.h>
#include <storage/proc.h>
#include <tcop/tcopprot.h>
#include <utils/guc.h>
#include <utils/memutils.h>
#include <utils/snapmgr.h>
#include <utils/timestamp.h>
}

extern "C" {
PGDLLEXPORT void varve_job_scheduler_main(Datum database);
}

namespace varve::job {
namespace {

constexpr std::int64_t kLinger = 120 * USECS_PER_SEC;  // worth keeping the process for
constexpr std::int64_t kProcessRetry = 5 * USECS_PER_SEC;
constexpr std::int64_t kAlterationRetry = 2 * USECS_PER_SEC;
constexpr std::int64_t kStartLimit = 60 * USECS_PER_SEC;

/// A run that this scheduler has assigned.
struct Running {
  int slot;
  TimestampTz due;                 // what the catalog said of its next start
  BackgroundWorkerHandle* handle;  // of a process that it has started for it; null otherwise
};

class Scheduler {
 public:
  void run();

 private:
  void take_finished();
  void look_for_lost();
  void reload_changed();
  void assign_due();
  bool assign(const KnownJob& job);
  bool refuse(const KnownJob& job);
  void free_failed_starts();
  bool may_leave();
  void wait();
  void note_wait(Wait reason);
  [[nodiscard]] TimestampTz next_due() const;
  [[nodiscard]] bool is_open(const KnownJob& job) const;
  void update(const std::vector<std::int32_t>& ids);

  std::vector<KnownJob> jobs_;
  std::unordered_map<std::int32_t, Running> running_;
  std::unordered_map<std::int32_t, TimestampTz> deferred_;  // by the clock: not before
  std::uint64_t changes_seen_ = 0;
  bool must_read_all_ = true;
  Wait waiting_ = Wait::kNone;
};

template <class Body>
void in_transaction(Body&& body) {
  pg::call([] {
    StartTransactionCommand();
    PushActiveSnapshot(GetTransactionSnapshot());
  });
  body();
  pg::call([] {
    PopActiveSnapshot();
    CommitTransactionCommand();
  });
}

DatabaseSlot* my_database(Shared& shared) { return shared.find(MyDatabaseId); }

/// Workers that have finished are idle from here on.
void Scheduler::take_finished() {
  std::vector<std::int32_t> finished;
  finished.reserve(running_.size() + 1);
  std::vector<std::int32_t> strangers;  // assigned by a scheduler before this one
  strangers.reserve(static_cast<std::size_t>(pool_size()));
  with_shared([&](Shared& shared) {
    for (WorkerSlot& slot : shared.pool()) {
      if (slot.worker.database != MyDatabaseId || slot.worker.state != WorkerState::kFinished)
        continue;
      slot.worker.state = WorkerState::kIdle;
      if (running_.contains(slot.job_id)) {
        finished.push_back(slot.job_id);
        if (slot.is_deferred) deferred_[slot.job_id] = GetCurrentTimestamp() + kAlterationRetry;
      } else {
        strangers.push_back(slot.job_id);
      }
      slot.job_id = 0;
    }
  });
  for (const std::int32_t id : finished) running_.erase(id);
  finished.insert(finished.end(), strangers.begin(), strangers.end());
  if (!finished.empty()) update(finished);
}

/// Reads these jobs anew.
void Scheduler::update(const std::vector<std::int32_t>& ids) {
  std::erase_if(jobs_, [&](const KnownJob& job) {
    return std::find(ids.begin(), ids.end(), job.id) != ids.end();
  });
  const auto fresh = read_jobs(&ids);
  jobs_.insert(jobs_.end(), fresh.begin(), fresh.end());
  std::stable_sort(jobs_.begin(), jobs_.end(), [](const KnownJob& a, const KnownJob& b) {
    return a.next_start < b.next_start;
  });
}

/// Frees slots whose process never came.
void Scheduler::free_failed_starts() {
  for (auto& [id, run] : running_) {
    pid_t pid = 0;
    if (run.handle == nullptr) continue;
    const BgwHandleStatus status = GetBackgroundWorkerPid(run.handle, &pid);
    if (status == BGWH_NOT_YET_STARTED) continue;
    if (status == BGWH_STOPPED) {
      with_shared([&, job_id = id, slot_number = run.slot](Shared& shared) {
        WorkerSlot& slot = shared.workers[slot_number];
        if (slot.worker.state == WorkerState::kStarting && slot.job_id == job_id &&
            slot.worker.database == MyDatabaseId && slot.pid == 0) {
          slot = {};
        }
      });
    }
    pfree(run.handle);
    run.handle = nullptr;
  }
}

/// Runs whose process has gone: those that had begun have crashed, the others could not begin.
void Scheduler::look_for_lost() {
  std::vector<std::int32_t> present;
  present.reserve(static_cast<std::size_t>(pool_size()));
  const TimestampTz too_old = GetCurrentTimestamp() - kStartLimit;
  with_shared([&](Shared& shared) {
    for (WorkerSlot& slot : shared.pool()) {
      if (slot.worker.database != MyDatabaseId) continue;
      // Registered by a scheduler that is no more, and never started.
      if (slot.worker.state == WorkerState::kStarting && slot.pid == 0 &&
          slot.worker.since < too_old) {
        slot = {};
      } else if (slot.job_id != 0) {
        present.push_back(slot.job_id);
      }
    }
  });
  const auto is_present = [&](std::int32_t id) {
    return std::find(present.begin(), present.end(), id) != present.end();
  };
  std::vector<std::int32_t> changed;
  std::unordered_map<std::int32_t, TimestampTz> due;
  for (const auto& [id, run] : running_) {
    if (is_present(id)) continue;
    changed.push_back(id);
    due.emplace(id, run.due);
  }
  for (const std::int32_t id : changed) running_.erase(id);
  // What was read of runs that look abandoned may be older than their end.
  for (const KnownJob& job : jobs_) {
    if (job.next_start == DT_NOBEGIN && !running_.contains(job.id) && !is_present(job.id) &&
        !due.contains(job.id)) {
      changed.push_back(job.id);
    }
  }
  if (changed.empty()) return;
  update(changed);
  changed.clear();
  for (const KnownJob& job : jobs_) {
    if (running_.contains(job.id) || is_present(job.id)) continue;
    const auto assigned = due.find(job.id);
    const bool never_began = assigned != due.end() && assigned->second == job.next_start;
    if (job.next_start == DT_NOBEGIN || (assigned != due.end() && !never_began)) {
      in_transaction([&] { record_crash(job.id); });
    } else if (never_began) {
      in_transaction([&] {
        record_refusal(job.id, ERRCODE_INSUFFICIENT_RESOURCES,
                       "the process of the run did not start; the server's log says why");
      });
    } else {
      continue;
    }
    changed.push_back(job.id);
  }
  if (!changed.empty()) update(changed);
}

void Scheduler::reload_changed() {
  const std::uint64_t changes = with_shared([](Shared& shared) {
    const DatabaseSlot* slot = my_database(shared);
    return slot == nullptr ? 0 : slot->changes;
  });
  if (changes != changes_seen_ || must_read_all_) {
    jobs_ = read_jobs(nullptr);
    deferred_.clear();
  }
  changes_seen_ = changes;
  must_read_all_ = false;
}

/// True where the job cannot run as things are, which has been written down.
bool Scheduler::refuse(const KnownJob& job) {
  if (job.role_exists && job.role_may_log_in) return false;
  in_transaction([&] {
    if (job.role_exists) {
      record_refusal(job.id, ERRCODE_INSUFFICIENT_PRIVILEGE,
                     "the owner of the job may not log in: a job runs as a session of its owner");
    } else {
      record_refusal(job.id, ERRCODE_UNDEFINED_OBJECT, "the owner of the job does not exist");
    }
  });
  return true;
}

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

/// False where no worker is free.
bool Scheduler::assign(const KnownJob& job) {
  Choice choice = {Choice::Kind::kWait};
  with_shared([&](Shared& shared) {
    const DatabaseSlot* mine = my_database(shared);
    if (mine == nullptr) return;
    Worker workers[kMaxWorkers];
    const auto pool = shared.pool();
    std::transform(pool.begin(), pool.end(), workers,
                   [](const WorkerSlot& slot) { return slot.worker; });
    choice = choose_worker({workers, pool.size()}, MyDatabaseId, job.role,
                           waiting_longer(shared, *mine));
    if (choice.kind == Choice::Kind::kWait) return;
    WorkerSlot& slot = shared.workers[choice.slot];
    if (choice.kind == Choice::Kind::kEvict) {
      slot.worker.state = WorkerState::kLeaving;
      SetLatch(slot.latch);
      return;
    }
    slot.worker.state =
        choice.kind == Choice::Kind::kUse ? WorkerState::kRunning : WorkerState::kStarting;
    slot.worker.database = MyDatabaseId;
    slot.worker.role = job.role;
    slot.worker.since = GetCurrentTimestamp();
    slot.job_id = job.id;
    slot.due = job.next_start;
    slot.waited = waiting_;
    if (choice.kind == Choice::Kind::kUse) SetLatch(slot.latch);
  });
  if (choice.kind == Choice::Kind::kWait || choice.kind == Choice::Kind::kEvict) {
    waiting_ = pool_size() == 0 ? Wait::kNoPool : Wait::kPoolBusy;
    return false;
  }
  Running run = {choice.slot, job.next_start, nullptr};
  if (choice.kind == Choice::Kind::kStart) {
    run.handle = pg::call([&] {
      MemoryContextSwitchTo(TopMemoryContext);
      return start_worker(choice.slot, MyDatabaseId);
    });
    if (run.handle == nullptr) {
      with_shared([&](Shared& shared) {
        shared.workers[choice.slot] = {};
        shared.ask_idle_to_leave();
      });
      waiting_ = Wait::kNoProcess;
      return false;
    }
  }
  running_.emplace(job.id, run);
  // To the end of the queue.
  with_shared([](Shared& shared) {
    if (DatabaseSlot* mine = my_database(shared)) mine->waiting_since = 0;
  });
  return true;
}

void Scheduler::assign_due() {
  const TimestampTz time = pg::call([] { return now(); });
  std::vector<std::int32_t> refused;
  bool all_assigned = true;
  // Whoever is assigned now has waited for as long as there was a reason to.
  for (const KnownJob& job : jobs_) {
    if (job.next_start > time) break;
    if (!is_open(job)) continue;
    if (const auto it = deferred_.find(job.id); it != deferred_.end()) {
      if (it->second > GetCurrentTimestamp()) continue;
      deferred_.erase(it);
    }
    if (refuse(job)) {
      refused.push_back(job.id);
    } else if (!assign(job)) {
      all_assigned = false;
      break;
    }
  }
  if (all_assigned) waiting_ = Wait::kNone;
  note_wait(waiting_);
  if (!refused.empty()) update(refused);
}

/// For whoever looks, and for the other databases' schedulers.
void Scheduler::note_wait(Wait reason) {
  with_shared([&](Shared& shared) {
    DatabaseSlot* slot = my_database(shared);
    if (slot == nullptr) return;
    slot->wait = reason;
    if (reason == Wait::kNone) {
      slot->waiting_since = 0;
    } else if (slot->waiting_since == 0) {
      slot->waiting_since = GetCurrentTimestamp();
    }
  });
}

/// Whether the job waits for its time.
bool Scheduler::is_open(const KnownJob& job) const {
  return job.is_scheduled && job.next_start != DT_NOBEGIN && !running_.contains(job.id);
}

/// By the clock of jobs.
TimestampTz Scheduler::next_due() const {
  for (const KnownJob& job : jobs_) {
    if (is_open(job) && !deferred_.contains(job.id)) return job.next_start;
  }
  return DT_NOEND;
}

/// Leaves the time of the next job to the launcher, unless something has changed meanwhile.
bool Scheduler::may_leave() {
  const TimestampTz due = next_due();
  const bool is_idle = running_.empty() && deferred_.empty() && waiting_ == Wait::kNone &&
                       (is_mocked() || due - kLinger > GetCurrentTimestamp());
  return with_shared([&](Shared& shared) {
    DatabaseSlot* slot = my_database(shared);
    if (slot == nullptr) return true;
    if (slot->holds > 0) {
      slot->next_due = DT_NOBEGIN;
      return true;
    }
    if (!is_idle || slot->changes != changes_seen_) return false;
    slot->next_due = is_mocked() ? DT_NOEND : due;
    return true;
  });
}

void Scheduler::wait() {
  long timeout_ms = -1;
  const auto limit = [&](std::int64_t us) {
    const long ms = static_cast<long>(std::clamp<std::int64_t>(us / 1000 + 1, 0, 60'000));
    timeout_ms = timeout_ms < 0 ? ms : std::min(timeout_ms, ms);
  };
  const TimestampTz due = next_due();
  if (waiting_ == Wait::kNone && due != DT_NOEND && !is_mocked())
    limit(due - GetCurrentTimestamp());
  if (waiting_ == Wait::kNoProcess) limit(kProcessRetry);
  for (const auto& [id, until] : deferred_) limit(until - GetCurrentTimestamp());
  pg::call([&] {
    pgstat_report_activity(STATE_IDLE, nullptr);
    WaitLatch(MyLatch, WL_LATCH_SET | WL_EXIT_ON_PM_DEATH | (timeout_ms >= 0 ? WL_TIMEOUT : 0),
              timeout_ms, PG_WAIT_EXTENSION);
    ResetLatch(MyLatch);
    CHECK_FOR_INTERRUPTS();
    if (ShutdownRequestPending) proc_exit(0);
    if (ConfigReloadPending) {
      ConfigReloadPending = false;
      ProcessConfigFile(PGC_SIGHUP);
    }
  });
}

void Scheduler::run() {
  for (;;) {
    if (!has_jobs()) {
      with_shared([](Shared& shared) {
        if (DatabaseSlot* slot = my_database(shared)) slot->next_due = DT_NOEND;
      });
      return;
    }
    pg::call([&] { free_failed_starts(); });
    take_finished();
    reload_changed();
    look_for_lost();
    assign_due();
    if (may_leave()) return;
    wait();
  }
}

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
    if (slot->holds > 0) return false;
    slot->scheduler = MyProcPid;
    slot->latch = MyLatch;
    return true;
  });
}

}  // namespace

BackgroundWorkerHandle* start_scheduler(Oid database) {
  BackgroundWorker worker = {};
  snprintf(worker.bgw_name, sizeof worker.bgw_name, "varve job scheduler for database %u",
           database);
  strlcpy(worker.bgw_type, "varve job scheduler", sizeof worker.bgw_type);
  worker.bgw_flags = BGWORKER_SHMEM_ACCESS | BGWORKER_BACKEND_DATABASE_CONNECTION;
  worker.bgw_start_time = BgWorkerStart_RecoveryFinished;
  worker.bgw_restart_time = BGW_NEVER_RESTART;
  strlcpy(worker.bgw_library_name, "varve", sizeof worker.bgw_library_name);
  strlcpy(worker.bgw_function_name, "varve_job_scheduler_main", sizeof worker.bgw_function_name);
  worker.bgw_main_arg = ObjectIdGetDatum(database);
  worker.bgw_notify_pid = MyProcPid;
  BackgroundWorkerHandle* handle = nullptr;
  return RegisterDynamicBackgroundWorker(&worker, &handle) ? handle : nullptr;
}

void scheduler_main() {
  pqsignal(SIGTERM, SignalHandlerForShutdownRequest);
  pqsignal(SIGHUP, SignalHandlerForConfigReload);
  const Oid database = DatumGetObjectId(MyBgworkerEntry->bgw_main_arg);
  if (!enter_database(database)) proc_exit(0);
  before_shmem_exit(leave_database, ObjectIdGetDatum(database));
  BackgroundWorkerUnblockSignals();
  BackgroundWorkerInitializeConnectionByOid(database, InvalidOid, 0);
  pg::entry([] { Scheduler().run(); });
  proc_exit(0);
}

}  // namespace varve::job

void varve_job_scheduler_main(Datum /*database*/) { varve::job::scheduler_main(); }
