#include "extension/job/job.h"

#include <string>

#include "extension/function/zone.h"
#include "extension/job/catalog_sql.h"
#include "extension/job/schedule.h"

#include "extension/pg/boundary.h"
extern "C" {
#include <utils/acl.h>
}

namespace varve::job {
namespace {

using calendar::Duration;
using calendar::TimePoint;

// A policy follows the owner of its table.
constexpr const char* kFind = R"(
  SELECT j.id, j.name, j.schedule_interval, j.max_runtime, j.max_retries, j.retry_period, j.proc_schema::text,
      j.proc_name::text, coalesce((SELECT c.relowner FROM pg_class c WHERE c.oid = j.relation), j.owner::oid),
      j.scheduled, j.fixed_schedule, j.initial_start, j.timezone, j.config::text, j.relation::oid, s.next_start,
      s.failures_in_a_row
  FROM varve_catalog.job j JOIN varve_catalog.job_stat s ON s.job_id = j.id
  WHERE j.id = $1)";

/// A text column in `memory`; null where it is null.
const char* string_in(MemoryContext memory, int number) {
  bool is_null = false;
  const Datum value = column(0, number, &is_null);
  return is_null ? nullptr : MemoryContextStrdup(memory, TextDatumGetCString(value));
}

Job* read_job(MemoryContext memory) {
  auto* job = static_cast<Job*>(MemoryContextAllocZero(memory, sizeof(Job)));
  job->id = DatumGetInt32(column(0, 1));
  job->name = string_in(memory, 2);
  job->schedule_interval = *DatumGetIntervalP(column(0, 3));
  job->max_runtime = *DatumGetIntervalP(column(0, 4));
  job->max_retries = DatumGetInt32(column(0, 5));
  job->retry_period = *DatumGetIntervalP(column(0, 6));
  job->proc_schema = string_in(memory, 7);
  job->proc_name = string_in(memory, 8);
  job->owner = DatumGetObjectId(column(0, 9));
  job->scheduled = DatumGetBool(column(0, 10));
  job->fixed_schedule = DatumGetBool(column(0, 11));
  job->initial_start = DatumGetTimestampTz(column(0, 12));
  job->timezone = string_in(memory, 13);
  job->config = string_in(memory, 14);
  job->relation = DatumGetObjectId(column(0, 15));
  job->next_start = DatumGetTimestampTz(column(0, 16));
  job->failures_in_a_row = DatumGetInt32(column(0, 17));
  return job;
}

/// Calls `use` with the fixed schedule of the job.
template <class Use>
auto with_schedule(const Job& job, Use&& use) {
  const Interval& interval = job.schedule_interval;
  Schedule schedule = {
      .interval = {.months = interval.month, .days = interval.day, .time = Duration(interval.time)},
      .initial_start = TimePoint(Duration(job.initial_start))};
  if (job.timezone == nullptr) return use(schedule);
  const auto* name = pg::call([&] { return cstring_to_text(job.timezone); });
  const function::PgZone zone(function::PgZone::find(name));
  schedule.zone = &zone;
  return use(schedule);
}

}  // namespace

const Job* find_job(std::int32_t id) {
  const MemoryContext memory = CurrentMemoryContext;
  return as_catalog_owner([&]() -> const Job* {
    return execute(kFind, {Argument::integer(id)}) == 0 ? nullptr : read_job(memory);
  });
}

const Job& require_own_job(std::int32_t id) {
  const Job* job = find_job(id);
  if (job == nullptr) {
    ereport(ERROR, (errcode(ERRCODE_UNDEFINED_OBJECT), errmsg("job %d does not exist", id)));
  }
  if (!has_privs_of_role(GetUserId(), job->owner)) {
    const char* owner = GetUserNameFromId(job->owner, true);
    ereport(ERROR,
            (errcode(ERRCODE_INSUFFICIENT_PRIVILEGE), errmsg("permission denied for job %d", id),
             errdetail("It belongs to role \"%s\".", owner == nullptr ? "(none)" : owner)));
  }
  return *job;
}

TimestampTz regular_start(const Job& job, TimestampTz finish) {
  if (!job.fixed_schedule) {
    return pg::call([&] {
      return DatumGetTimestampTz(DirectFunctionCall2(timestamptz_pl_interval,
                                                     TimestampTzGetDatum(finish),
                                                     IntervalPGetDatum(&job.schedule_interval)));
    });
  }
  return with_schedule(job, [&](const Schedule& schedule) {
    return next_slot(schedule, TimePoint(Duration(finish))).time_since_epoch().count();
  });
}

int missed_slots(const Job& job, TimestampTz from, TimestampTz to) {
  if (!job.fixed_schedule || TIMESTAMP_NOT_FINITE(from)) return 0;
  return with_schedule(job, [&](const Schedule& schedule) {
    return slots_between(schedule, TimePoint(Duration(from)), TimePoint(Duration(to)), 1000);
  });
}

std::int64_t microseconds_of(const Interval& interval) {
  return interval.time +
         (interval.day + std::int64_t{interval.month} * DAYS_PER_MONTH) * USECS_PER_DAY;
}

}  // namespace varve::job
