#pragma once

#include <cstdint>
#include <span>

#include "extension/job/pool.h"

#include "extension/pg/postgres.h"
extern "C" {
#include <datatype/timestamp.h>
#include <storage/latch.h>
#include <storage/lwlock.h>
}

// What launcher, schedulers, workers and sessions share. Everything here is C API, and none of it
// ereports: it is called at commit and at exit.
namespace varve::job {

/// Why a due job does not run.
enum class Wait : std::uint8_t {
  kNone,
  kPoolBusy,   // every worker has a job
  kNoProcess,  // PostgreSQL has no free background worker
  kNoPool      // timescaledb.max_background_workers is 0
};

/// In words for an operator; null for kNone.
const char* describe(Wait wait);

/// One process of the pool, or room for one.
struct WorkerSlot {
  Worker worker;
  pid_t pid;
  Latch* latch;  // null until the process is there
  std::int32_t job_id;
  TimestampTz due;  // of the job
  Wait waited;
  bool is_deferred;  // the run could not begin: somebody is altering the job
};

/// A database of the cluster. A scheduler runs only while jobs are due soon; in between the
/// launcher keeps the time.
struct DatabaseSlot {
  Oid database;
  pid_t scheduler;  // 0 where none runs
  bool is_starting;
  Latch* latch;
  TimestampTz next_due;   // when a scheduler is needed, by the clock; -infinity: now
  std::uint64_t changes;  // of its jobs, as far as sessions have told
  int holds;              // statements that want the database for themselves
  Wait wait;
  TimestampTz waiting_since;  // by the clock; 0 where nothing waits
};

inline constexpr int kMaxDatabases = 1024;
inline constexpr int kMaxWorkers = 1000;

struct Shared {
  LWLock* lock;
  Latch* launcher;
  bool must_list_databases;
  int database_count;
  DatabaseSlot databases[kMaxDatabases];
  int worker_count;
  WorkerSlot workers[kMaxWorkers];

  DatabaseSlot* find(Oid database);
  std::span<WorkerSlot> pool() { return {workers, static_cast<std::size_t>(worker_count)}; }

  void wake_launcher() const;

  /// Has a scheduler look at the database's workers, now; or, because they have changed, at its
  /// jobs, too.
  void wake_scheduler(Oid database);
  void announce_change(Oid database);

  /// Asks the worker that has idled longest to exit, for want of processes. False where none idles.
  bool ask_idle_to_leave();

  /// The same as wake_scheduler() for every database whose jobs wait for a worker.
  void wake_waiting();
};

/// Once, in _PG_init.
void install_shared_state();

Shared& shared_state();

/// Runs `body` with the state locked against everybody; no errors may be raised in it.
template <class Body>
auto with_shared(Body&& body) {
  struct Lock {
    explicit Lock(LWLock* lock) : lock_(lock) { LWLockAcquire(lock, LW_EXCLUSIVE); }
    ~Lock() { LWLockRelease(lock_); }
    Lock(const Lock&) = delete;
    Lock& operator=(const Lock&) = delete;
    LWLock* lock_;
  };
  Shared& shared = shared_state();
  const Lock lock(shared.lock);
  return body(shared);
}

/// timescaledb.max_background_workers
int pool_size();

}  // namespace varve::job
