#include "extension/job/scheduler.h"

#include <algorithm>
#include <unordered_map>

#include "extension/job/assignment.h"
#include "extension/job/clock.h"
#include "extension/job/due_jobs.h"
#include "extension/job/run.h"
#include "extension/job/shared_state.h"

#include "extension/pg/boundary.h"
extern "C" {
#include <access/xact.h>
#include <miscadmin.h>
#include <pgstat.h>
#include <postmaster/interrupt.h>
#include <storage/ipc.h>
#include <utils/guc.h>
#include <utils/snapmgr.h>
#include <utils/timestamp.h>
}

namespace varve::job {
namespace {

constexpr std::int64_t kLinger = 120 * USECS_PER_SEC;  // worth keeping the process for
constexpr std::int64_t kProcessRetry = 5 * USECS_PER_SEC;
constexpr std::int64_t kAlterationRetry = 2 * USECS_PER_SEC;

using JobIds = std::vector<std::int32_t>;

bool contains(const JobIds& ids, std::int32_t id) {
  return std::find(ids.begin(), ids.end(), id) != ids.end();
}

/// A run that this scheduler has given to a worker.
struct Running {
  Given given;
  TimestampTz due;  // what the catalog said of its next start
};

class Scheduler {
 public:
  void run();

 private:
  void look_after_starts();
  void take_finished();
  void reload_changed();
  void look_for_lost();
  void record_lost(const KnownJob& job, const TimestampTz* due);
  void assign_due();
  bool assign(const KnownJob& job);
  bool may_leave();
  void wait();
  [[nodiscard]] TimestampTz next_due() const;
  [[nodiscard]] bool is_open(const KnownJob& job) const;
  void update(const JobIds& ids);

  std::vector<KnownJob> jobs_;  // by next start
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

void Scheduler::look_after_starts() {
  for (auto& [id, run] : running_) {
    if (run.given.handle != nullptr && !is_starting(run.given, id)) run.given.handle = nullptr;
  }
}

void Scheduler::take_finished() {
  JobIds finished;
  for (const Ended& ended : take_ended()) {
    finished.push_back(ended.job_id);
    running_.erase(ended.job_id);
    if (ended.is_deferred) deferred_[ended.job_id] = GetCurrentTimestamp() + kAlterationRetry;
  }
  if (!finished.empty()) update(finished);
}

/// Reads these jobs anew.
void Scheduler::update(const JobIds& ids) {
  std::erase_if(jobs_, [&](const KnownJob& job) { return contains(ids, job.id); });
  const auto fresh = read_jobs(&ids);
  jobs_.insert(jobs_.end(), fresh.begin(), fresh.end());
  std::stable_sort(jobs_.begin(), jobs_.end(), [](const KnownJob& a, const KnownJob& b) {
    return a.next_start < b.next_start;
  });
}

/// What is to be said of a run whose process has gone. `due` where this scheduler had assigned it:
/// if the catalog still says so, the run never began; otherwise it has crashed, or ended well
/// before its process did.
void Scheduler::record_lost(const KnownJob& job, const TimestampTz* due) {
  if (due != nullptr && *due == job.next_start) {
    in_transaction([&] {
      record_refusal(job.id, ERRCODE_INSUFFICIENT_RESOURCES,
                     "the process of the run did not start; the server's log says why");
    });
  } else if (due != nullptr || job.next_start == DT_NOBEGIN) {
    in_transaction([&] { record_crash(job.id); });
  }
}

/// Runs that are with no worker any more: of this scheduler, and of those before it.
void Scheduler::look_for_lost() {
  const JobIds present = jobs_with_workers();
  std::unordered_map<std::int32_t, TimestampTz> due;
  JobIds lost;
  for (const auto& [id, run] : running_) {
    if (!contains(present, id)) due.emplace(id, run.due);
  }
  for (const auto& [id, time] : due) {
    running_.erase(id);
    lost.push_back(id);
  }
  for (const KnownJob& job : jobs_) {
    const bool has_begun = job.next_start == DT_NOBEGIN && !running_.contains(job.id);
    if (has_begun && !contains(present, job.id) && !due.contains(job.id)) lost.push_back(job.id);
  }
  if (lost.empty()) return;
  update(lost);  // what was read of them may be older than their end
  const std::vector<KnownJob> jobs = jobs_;
  for (const KnownJob& job : jobs) {
    if (!contains(lost, job.id)) continue;
    const auto assigned = due.find(job.id);
    record_lost(job, assigned == due.end() ? nullptr : &assigned->second);
  }
  update(lost);
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
bool refuse(const KnownJob& job) {
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

/// False where no worker is free.
bool Scheduler::assign(const KnownJob& job) {
  const Given given = give(job.id, job.role, job.next_start, waiting_);
  if (given.wait == Wait::kNone) {
    running_.emplace(job.id, Running{given, job.next_start});
    return true;
  }
  waiting_ = given.wait;
  return false;
}

/// For whoever looks, and for the other databases' schedulers.
void note_wait(Wait reason) {
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

/// First come, first served: nothing later gets a worker while an earlier job waits for one.
void Scheduler::assign_due() {
  const TimestampTz time = pg::call([] { return now(); });
  const TimestampTz clock = GetCurrentTimestamp();
  std::erase_if(deferred_, [&](const auto& deferral) { return deferral.second <= clock; });
  JobIds refused;
  bool all_assigned = true;
  for (const KnownJob& job : jobs_) {
    if (job.next_start > time) break;
    if (!is_open(job) || deferred_.contains(job.id)) continue;
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
    pg::call([&] { look_after_starts(); });
    take_finished();
    reload_changed();
    look_for_lost();
    assign_due();
    if (may_leave()) return;
    wait();
  }
}

}  // namespace

void run_scheduler() { Scheduler().run(); }

}  // namespace varve::job
