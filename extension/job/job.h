#pragma once

#include <cstdint>

#include "extension/pg/postgres.h"
extern "C" {
#include <datatype/timestamp.h>
}

namespace varve::job {

/// A row of varve_catalog.job, with its next start. Plain data, in a memory context.
struct Job {
  std::int32_t id;
  const char* name;
  Interval schedule_interval;
  Interval max_runtime;
  std::int32_t max_retries;
  Interval retry_period;
  const char* proc_schema;
  const char* proc_name;
  Oid owner;  // of a policy: whoever owns the table now
  bool scheduled;
  bool fixed_schedule;
  TimestampTz initial_start;  // of a fixed schedule
  const char* timezone;       // null for none
  const char* config;         // JSON; null for none
  Oid relation;
  TimestampTz next_start;
  std::int32_t failures_in_a_row;
};

/// The job, in the current memory context, or null. C API.
const Job* find_job(std::int32_t id);

/// The same; reports undefined_object where there is none, insufficient_privilege where the current
/// user may not act as its owner. C API.
const Job& require_own_job(std::int32_t id);

/// When the schedule alone runs the job again after a run that ended at `finish`. C++.
TimestampTz regular_start(const Job& job, TimestampTz finish);

/// Slots of a fixed schedule in (from, to), up to a thousand; 0 for a drifting one. C++.
int missed_slots(const Job& job, TimestampTz from, TimestampTz to);

/// Microseconds, a month as 30 days.
std::int64_t microseconds_of(const Interval& interval);

}  // namespace varve::job
