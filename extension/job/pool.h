#pragma once

#include <cstdint>
#include <optional>
#include <span>

// Which worker runs a job. The pool belongs to all databases; a worker, once started, to one
// database and one role, since a PostgreSQL process cannot change either. Decisions on plain
// values.
namespace varve::job {

using Oid = std::uint32_t;

enum class WorkerState : std::uint8_t {
  kFree,      // no process
  kStarting,  // registered with a job to run, not there yet
  kIdle,      // waits for a job
  kRunning,   // has a job
  kFinished,  // has run its job; the scheduler has not taken notice
  kLeaving    // idle, and told to exit
};

/// What the choice depends on.
struct Worker {
  WorkerState state = WorkerState::kFree;
  Oid database = 0;
  Oid role = 0;
  std::int64_t since = 0;  // in this state, microseconds
};

struct Choice {
  enum class Kind {
    kUse,    // the idle worker `slot`
    kStart,  // a new worker in the free `slot`
    kEvict,  // ask the idle worker `slot` of others to leave, and wait
    kWait    // until a worker becomes free
  };
  Kind kind;
  int slot = -1;
};

/// Where a job of `role` in `database` runs. Of idle workers the one that has worked last, so that
/// those nobody needs stay idle until they exit; to leave is asked who has idled longest.
///
/// `reserved` is how many other databases have waited longer: free slots are theirs first, and
/// where these do not suffice, an idle worker of ours makes room.
Choice choose_worker(std::span<const Worker> pool, Oid database, Oid role, int reserved);

}  // namespace varve::job
