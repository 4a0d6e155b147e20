#pragma once

#include "extension/job/job.h"
#include "extension/job/shared_state.h"

// What is written down of a run: its beginning, its end, or that it was lost. Each in a transaction
// of its own, apart from those of the job.
namespace varve::job {

/// How a run ended.
struct Outcome {
  bool succeeded;
  const ErrorData* error;  // where it failed
  const char* result;      // JSON that the run reported, or null
};

/// What the scheduler knew of the run.
struct Assignment {
  std::int32_t job_id;
  TimestampTz due;
  Wait waited;
};

/// Notes that the run begins. Null, and nothing is noted, where the job has gone, been paused, been
/// postponed or been given to a role other than `role` since it was assigned; `is_locked` says
/// whether a transaction that alters it is still open. Sets `history_id`.
const Job* begin_run(const Assignment& assignment, Oid role, std::int64_t* history_id,
                     bool* is_locked);

/// Notes the end of a run, and when the job runs next unless that was set during the run.
void finish_run(std::int32_t job_id, std::int64_t history_id, const Outcome& outcome);

/// Notes that a run ended without an end: its process died. The job runs again as after a failure,
/// unless it was given another time meanwhile. Nothing happens where no run is open.
void record_crash(std::int32_t job_id);

/// Notes that a run could not begin.
void record_refusal(std::int32_t job_id, int sqlstate, const char* message);

/// JSON that the run in this process has reported, or null; forgotten by reset_report().
const char* reported();
void reset_report();

/// Once, in _PG_init.
void install_run();

}  // namespace varve::job
