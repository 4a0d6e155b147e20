#include "extension/job/launcher.h"

#include <algorithm>
#include <unordered_map>
#include <utility>
#include <vector>

#include "extension/job/clock.h"
#include "extension/job/scheduler.h"
#include "extension/job/shared_state.h"

#include "extension/pg/boundary.h"
extern "C" {
#include <access/heapam.h>
#include <access/htup_details.h>
#include <access/table.h>
#include <access/tableam.h>
#include <access/xact.h>
#include <catalog/pg_database.h>
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
PGDLLEXPORT void varve_job_launcher_main(Datum unused);
}

namespace varve::job {
namespace {

constexpr std::int64_t kFirstRetry = USECS_PER_SEC;
constexpr std::int64_t kLongestRetry = 60 * USECS_PER_SEC;
// With many databases, a restart looks at a few at a time, and leaves processes to others.
constexpr int kMostStarting = 2;

/// A scheduler that was registered, or is to be again after a while.
struct Start {
  BackgroundWorkerHandle* handle = nullptr;
  std::int64_t retry_us = 0;
  TimestampTz not_before = 0;
};

class Launcher {
 public:
  [[noreturn]] void run();

 private:
  void list_databases();
  void look_at_starts();
  void start_schedulers();
  void postpone(Oid database);
  void wait();
  [[nodiscard]] TimestampTz next_due();

  std::unordered_map<Oid, Start> starts_;
};

/// Databases that one can connect to.
std::vector<Oid> connectable_databases() {
  std::vector<Oid> found;
  pg::call([&] {
    StartTransactionCommand();
    GetTransactionSnapshot();
    Relation table = table_open(DatabaseRelationId, AccessShareLock);
    TableScanDesc scan = table_beginscan_catalog(table, 0, nullptr);
    while (HeapTuple tuple = heap_getnext(scan, ForwardScanDirection)) {
      const auto* row = reinterpret_cast<Form_pg_database>(GETSTRUCT(tuple));
      if (row->datallowconn) found.push_back(row->oid);
    }
    table_endscan(scan);
    table_close(table, AccessShareLock);
    CommitTransactionCommand();
  });
  return found;
}

void Launcher::list_databases() {
  if (!with_shared(
          [](Shared& shared) { return std::exchange(shared.must_list_databases, false); })) {
    return;
  }
  const auto databases = connectable_databases();
  const bool all_fit = with_shared([&](Shared& shared) {
    const auto gone = [&](const DatabaseSlot& slot) {
      return slot.scheduler == 0 && !slot.is_starting && slot.holds == 0 &&
             std::find(databases.begin(), databases.end(), slot.database) == databases.end();
    };
    DatabaseSlot* end = shared.databases + shared.database_count;
    shared.database_count =
        static_cast<int>(std::remove_if(shared.databases, end, gone) - shared.databases);
    for (const Oid database : databases) {
      if (shared.find(database) != nullptr) continue;
      if (shared.database_count == kMaxDatabases) return false;
      DatabaseSlot& slot = shared.databases[shared.database_count++];
      slot = {};
      slot.database = database;
      slot.next_due = DT_NOBEGIN;
    }
    return true;
  });
  if (all_fit) return;
  pg::call(
      [] { ereport(WARNING, (errmsg("jobs run in the first %d databases only", kMaxDatabases))); });
}

/// Tries again later.
void Launcher::postpone(Oid database) {
  Start& start = starts_[database];
  start.retry_us = std::clamp(start.retry_us * 2, kFirstRetry, kLongestRetry);
  start.not_before = GetCurrentTimestamp() + start.retry_us;
}

/// Notices schedulers that have come, and those that have gone.
void Launcher::look_at_starts() {
  std::vector<Oid> failed;
  for (auto& [database, start] : starts_) {
    if (start.handle == nullptr) continue;
    pid_t pid = 0;
    const auto status =
        pg::call([&, handle = start.handle] { return GetBackgroundWorkerPid(handle, &pid); });
    if (status != BGWH_STOPPED) continue;
    pg::call([handle = start.handle] { pfree(handle); });
    start.handle = nullptr;
    // An orderly end says when it is needed next. Where it still says "now", nobody has done the
    // work.
    const bool is_undone = with_shared([&, id = database](Shared& shared) {
      DatabaseSlot* slot = shared.find(id);
      if (slot == nullptr) return false;
      slot->is_starting = false;
      return slot->next_due == DT_NOBEGIN && slot->holds == 0;
    });
    if (is_undone) {
      failed.push_back(database);
    } else {
      start.retry_us = 0;
    }
  }
  for (const Oid database : failed) postpone(database);
}

void Launcher::start_schedulers() {
  const TimestampTz time = GetCurrentTimestamp();
  std::vector<Oid> wanted;
  wanted.reserve(kMostStarting);
  with_shared([&](Shared& shared) {
    int starting = 0;
    for (int i = 0; i < shared.database_count; ++i)
      starting += int{shared.databases[i].is_starting};
    for (int i = 0; i < shared.database_count && starting < kMostStarting; ++i) {
      DatabaseSlot& slot = shared.databases[i];
      if (slot.scheduler != 0 || slot.is_starting || slot.holds > 0 || slot.next_due > time)
        continue;
      if (const auto known = starts_.find(slot.database);
          known != starts_.end() &&
          (known->second.not_before > time || known->second.handle != nullptr)) {
        continue;
      }
      slot.is_starting = true;
      wanted.push_back(slot.database);
      ++starting;
    }
  });
  for (const Oid database : wanted) {
    BackgroundWorkerHandle* handle = pg::call([&] {
      MemoryContextSwitchTo(TopMemoryContext);
      return start_scheduler(database);
    });
    starts_[database].handle = handle;
    const bool started = handle != nullptr;
    const bool will_have_room = with_shared([&](Shared& shared) {
      DatabaseSlot* slot = shared.find(database);
      if (slot == nullptr) return false;
      if (!started) slot->is_starting = false;
      slot->wait = started ? Wait::kNone : Wait::kNoProcess;
      return !started && shared.ask_idle_to_leave();
    });
    if (will_have_room) starts_[database].retry_us = 0;
    if (!started) postpone(database);
  }
}

/// When there is something to start, if nobody says so earlier.
TimestampTz Launcher::next_due() {
  return with_shared([&](Shared& shared) {
    TimestampTz due = DT_NOEND;
    for (int i = 0; i < shared.database_count; ++i) {
      const DatabaseSlot& slot = shared.databases[i];
      if (slot.scheduler != 0 || slot.is_starting || slot.holds > 0) continue;
      const auto known = starts_.find(slot.database);
      const TimestampTz earliest = known == starts_.end() ? DT_NOBEGIN : known->second.not_before;
      due = std::min(due, std::max(slot.next_due, earliest));
    }
    return due;
  });
}

void Launcher::wait() {
  const TimestampTz due = next_due();
  const TimestampTz time = GetCurrentTimestamp();
  // Not longer than an hour: the clock may be set.
  const long timeout_ms =
      due == DT_NOEND
          ? -1
          : static_cast<long>(
                due <= time ? 100 : std::min<std::int64_t>((due - time) / 1000 + 1, 3'600'000));
  pg::call([&] {
    WaitLatch(MyLatch, WL_LATCH_SET | WL_EXIT_ON_PM_DEATH | (timeout_ms >= 0 ? WL_TIMEOUT : 0),
              timeout_ms, PG_WAIT_EXTENSION);
    ResetLatch(MyLatch);
    CHECK_FOR_INTERRUPTS();
    // 0 would say that the launcher is not wanted any more.
    if (ShutdownRequestPending) proc_exit(1);
    if (!ConfigReloadPending) return;
    ConfigReloadPending = false;
    const bool was_mocked = is_mocked();
    ProcessConfigFile(PGC_SIGHUP);
    if (!was_mocked && !is_mocked()) return;
    with_shared([](Shared& shared) {
      for (int i = 0; i < shared.database_count; ++i) shared.databases[i].next_due = DT_NOBEGIN;
    });
  });
}

void Launcher::run() {
  for (;;) {
    list_databases();
    look_at_starts();
    start_schedulers();
    wait();
  }
}

void forget_launcher(int /*code*/, Datum /*argument*/) {
  with_shared([](Shared& shared) { shared.launcher = nullptr; });
}

}  // namespace

void launcher_main() {
  pqsignal(SIGTERM, SignalHandlerForShutdownRequest);
  pqsignal(SIGHUP, SignalHandlerForConfigReload);
  BackgroundWorkerUnblockSignals();
  BackgroundWorkerInitializeConnection(nullptr, nullptr, 0);
  before_shmem_exit(forget_launcher, 0);
  with_shared([](Shared& shared) {
    shared.launcher = MyLatch;
    shared.must_list_databases = true;
    // Those that a launcher before this one had registered are not ours to wait for.
    for (int i = 0; i < shared.database_count; ++i) shared.databases[i].is_starting = false;
  });
  pg::entry([] { Launcher().run(); });
  pg_unreachable();
}

void install_launcher() {
  BackgroundWorker worker = {};
  strlcpy(worker.bgw_name, "varve job launcher", sizeof worker.bgw_name);
  strlcpy(worker.bgw_type, "varve job launcher", sizeof worker.bgw_type);
  worker.bgw_flags = BGWORKER_SHMEM_ACCESS | BGWORKER_BACKEND_DATABASE_CONNECTION;
  worker.bgw_start_time = BgWorkerStart_RecoveryFinished;
  worker.bgw_restart_time = 5;
  strlcpy(worker.bgw_library_name, "varve", sizeof worker.bgw_library_name);
  strlcpy(worker.bgw_function_name, "varve_job_launcher_main", sizeof worker.bgw_function_name);
  RegisterBackgroundWorker(&worker);
}

}  // namespace varve::job

void varve_job_launcher_main(Datum /*unused*/) { varve::job::launcher_main(); }
