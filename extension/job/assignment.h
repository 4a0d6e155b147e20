#pragma once

#include <cstdint>
#include <vector>

#include "extension/job/shared_state.h"

#include "extension/pg/postgres.h"
extern "C" {
#include <postmaster/bgworker.h>
}

// The scheduler's side of the pool: giving jobs of this database to workers, and hearing of their
// ends.
namespace varve::job {

/// A run that has been given to a worker; or, where `wait` is not kNone, has not.
struct Given {
  Wait wait = Wait::kNone;
  int slot = -1;
  BackgroundWorkerHandle* handle = nullptr;  // of a process that was started for it
};

/// Gives the job, due at `due`, to a worker of `role`; starts one where there is room for it, asks
/// an idle one to make room where there is none. `waited` is why that did not happen earlier.
Given give(std::int32_t job_id, Oid role, TimestampTz due, Wait waited);

/// A run whose worker says that it is over.
struct Ended {
  std::int32_t job_id;
  bool is_deferred;  // it could not begin, since somebody is altering the job
};

/// Whose workers are idle from here on.
std::vector<Ended> take_ended();

/// Jobs that are with a worker.
std::vector<std::int32_t> jobs_with_workers();

/// Looks after the process that was started for the run: where it never came, the worker's slot is
/// free. False once there is no more to look after.
bool is_starting(const Given& given, std::int32_t job_id);

}  // namespace varve::job
