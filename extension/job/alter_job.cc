// alter_job(): whatever is not given stays as it is.
#include <string>

#include "extension/job/at_commit.h"
#include "extension/job/catalog_sql.h"
#include "extension/job/clock.h"
#include "extension/job/definition.h"
#include "extension/job/procedure.h"
#include "extension/job/procedure_argument.h"

#include "extension/pg/boundary.h"
extern "C" {
#include <funcapi.h>
#include <tcop/utility.h>
#include <utils/lsyscache.h>
}

namespace varve::job {
namespace {

enum AlterArgument {
  kJobId,
  kScheduleInterval,
  kMaxRuntime,
  kMaxRetries,
  kRetryPeriod,
  kScheduled,
  kConfig,
  kNextStart,
  kIfExists,
  kCheckConfig,
  kFixedSchedule,
  kInitialStart,
  kTimezone,
  kJobName,
  kConfigMerge
};

[[noreturn]] void refuse(const std::string& message) {
  throw pg::SqlError(ERRCODE_INVALID_PARAMETER_VALUE, message);
}

bool given(FunctionCallInfo fcinfo, int position) { return !PG_ARGISNULL(position); }

/// What can be said of the arguments without the job.
void require_sense(FunctionCallInfo fcinfo) {
  if (!given(fcinfo, kJobId)) refuse("job id must not be null");
  if (given(fcinfo, kConfig) && given(fcinfo, kConfigMerge)) {
    refuse("config and config_merge cannot be given together");
  }
  if (given(fcinfo, kMaxRuntime) && microseconds_of(*PG_GETARG_INTERVAL_P(kMaxRuntime)) < 0) {
    refuse("max_runtime must not be negative");
  }
  if (given(fcinfo, kMaxRetries) && PG_GETARG_INT32(kMaxRetries) < -1) {
    refuse("max_retries must be -1, for no limit, or more");
  }
  if (given(fcinfo, kRetryPeriod) && microseconds_of(*PG_GETARG_INTERVAL_P(kRetryPeriod)) <= 0) {
    refuse("retry_period must be positive");
  }
  if (given(fcinfo, kNextStart) && TIMESTAMP_IS_NOBEGIN(PG_GETARG_TIMESTAMPTZ(kNextStart))) {
    refuse("next_start must not be -infinity");
  }
}

/// Whether the schedule that results is one.
void require_new_schedule(FunctionCallInfo fcinfo, const Job& job) {
  Definition result;
  result.schedule_interval = given(fcinfo, kScheduleInterval)
                                 ? *PG_GETARG_INTERVAL_P(kScheduleInterval)
                                 : job.schedule_interval;
  result.fixed_schedule =
      given(fcinfo, kFixedSchedule) ? PG_GETARG_BOOL(kFixedSchedule) : job.fixed_schedule;
  result.has_initial_start = given(fcinfo, kInitialStart);
  if (result.has_initial_start) result.initial_start = PG_GETARG_TIMESTAMPTZ(kInitialStart);
  result.timezone = job.timezone;
  if (given(fcinfo, kTimezone)) {
    result.timezone = pg::call([&] { return text_to_cstring(PG_GETARG_TEXT_PP(kTimezone)); });
  }
  require_schedule(result);
}

Argument argument(FunctionCallInfo fcinfo, int position, Oid type) {
  return {type, PG_GETARG_DATUM(position), PG_ARGISNULL(position)};
}

/// The configuration that results, JSON or null. C API.
const char* new_config(FunctionCallInfo fcinfo, const Job& job) {
  if (given(fcinfo, kConfig)) {
    return DatumGetCString(DirectFunctionCall1(jsonb_out, PG_GETARG_DATUM(kConfig)));
  }
  if (!given(fcinfo, kConfigMerge)) return job.config;
  const MemoryContext memory = CurrentMemoryContext;
  return as_catalog_owner([&]() -> const char* {
    execute("SELECT (coalesce($1::jsonb, '{}') || $2)::text",
            {Argument::text(job.config), {JSONBOID, PG_GETARG_DATUM(kConfigMerge)}});
    return MemoryContextStrdup(memory, TextDatumGetCString(column(0, 1)));
  });
}

/// The function that checks configurations from now on. C API.
Oid new_check(FunctionCallInfo fcinfo, std::int32_t id) {
  if (given(fcinfo, kCheckConfig)) {
    const Oid check = PG_GETARG_OID(kCheckConfig);
    if (OidIsValid(check)) require_callable(check, true);
    return check;
  }
  return as_catalog_owner([&] {
    const std::uint64_t found = execute(
        "SELECT p.oid FROM varve_catalog.job j JOIN pg_namespace n ON n.nspname = check_schema "
        "JOIN pg_proc p ON p.pronamespace = n.oid AND p.proname = check_name WHERE j.id = $1",
        {Argument::integer(id)});
    return found == 0 ? InvalidOid : DatumGetObjectId(column(0, 1));
  });
}

void update_job(FunctionCallInfo fcinfo, const Job& job, const char* config, Oid check) {
  const Argument initial = given(fcinfo, kInitialStart)
                               ? argument(fcinfo, kInitialStart, TIMESTAMPTZOID)
                               : Argument::time(now());
  const bool sets_initial = given(fcinfo, kInitialStart);
  as_catalog_owner([&] {
    execute(R"(
        UPDATE varve_catalog.job SET
            schedule_interval = coalesce($2, schedule_interval), max_runtime = coalesce($3, max_runtime),
            max_retries = coalesce($4, max_retries), retry_period = coalesce($5, retry_period),
            scheduled = coalesce($6, scheduled), config = $7::jsonb,
            fixed_schedule = coalesce($8, fixed_schedule),
            initial_start = CASE WHEN $10 THEN $9 WHEN coalesce($8, fixed_schedule) THEN coalesce(initial_start, $9)
                                 ELSE initial_start END,
            timezone = coalesce($11, timezone), name = coalesce($12, name),
            check_schema = $13::name, check_name = $14::name
        WHERE id = $1)",
            {Argument::integer(job.id), argument(fcinfo, kScheduleInterval, INTERVALOID),
             argument(fcinfo, kMaxRuntime, INTERVALOID), argument(fcinfo, kMaxRetries, INT4OID),
             argument(fcinfo, kRetryPeriod, INTERVALOID), argument(fcinfo, kScheduled, BOOLOID),
             Argument::text(config), argument(fcinfo, kFixedSchedule, BOOLOID), initial,
             Argument::boolean(sets_initial), argument(fcinfo, kTimezone, TEXTOID),
             argument(fcinfo, kJobName, TEXTOID),
             Argument::text(OidIsValid(check) ? get_namespace_name(get_func_namespace(check))
                                              : nullptr),
             Argument::text(OidIsValid(check) ? get_func_name(check) : nullptr)});
    // Who starts a job again that has given up, or was stopped, has repaired it.
    execute(
        "UPDATE varve_catalog.job_stat SET failures_in_a_row = 0 WHERE job_id = $1 AND $2",
        {Argument::integer(job.id), Argument::boolean(!job.scheduled && given(fcinfo, kScheduled) &&
                                                      PG_GETARG_BOOL(kScheduled))});
  });
}

struct LastRun {
  TimestampTz finish;
  bool exists;
  bool succeeded;
};

LastRun last_run(std::int32_t id) {
  return as_catalog_owner([&] {
    LastRun last = {};
    if (execute("SELECT last_finish, coalesce(last_success, false) FROM varve_catalog.job_stat "
                "WHERE job_id = $1",
                {Argument::integer(id)}) == 0) {
      return last;
    }
    bool is_null = false;
    last.finish = DatumGetTimestampTz(column(0, 1, &is_null));
    last.exists = !is_null;
    last.succeeded = DatumGetBool(column(0, 2));
    return last;
  });
}

void set_next_start(std::int32_t id, TimestampTz next) {
  pg::call([&] {
    as_catalog_owner([&] {
      execute("UPDATE varve_catalog.job_stat SET next_start = $2 WHERE job_id = $1",
              {Argument::integer(id), Argument::time(next)});
    });
  });
}

/// A new schedule counts from the last run. During a run its end decides, after a failure the
/// retry.
void reschedule(FunctionCallInfo fcinfo, std::int32_t id) {
  if (given(fcinfo, kNextStart)) {
    set_next_start(id, PG_GETARG_TIMESTAMPTZ(kNextStart));
    return;
  }
  const bool changed = given(fcinfo, kScheduleInterval) || given(fcinfo, kFixedSchedule) ||
                       given(fcinfo, kInitialStart) || given(fcinfo, kTimezone);
  if (!changed) return;
  const Job* job = pg::call([&] { return find_job(id); });
  const LastRun last = pg::call([&] { return last_run(id); });
  if (job->next_start == DT_NOBEGIN) return;
  if (!last.exists) {
    if (given(fcinfo, kInitialStart)) set_next_start(id, PG_GETARG_TIMESTAMPTZ(kInitialStart));
  } else if (last.succeeded) {
    set_next_start(id, regular_start(*job, last.finish));
  }
}

/// The job as it is now, as the only row.
void put_row(FunctionCallInfo fcinfo, std::int32_t id) {
  auto* result = reinterpret_cast<ReturnSetInfo*>(fcinfo->resultinfo);
  as_catalog_owner([&] {
    execute(R"(
        SELECT j.id, j.schedule_interval, j.max_runtime, j.max_retries, j.retry_period, j.scheduled, j.config,
            nullif(s.next_start, '-infinity'), quote_ident(check_schema) || '.' || quote_ident(check_name),
            j.fixed_schedule, j.initial_start, j.timezone, j.name::name
        FROM varve_catalog.job j JOIN varve_catalog.job_stat s ON s.job_id = j.id WHERE j.id = $1)",
            {Argument::integer(id)});
    Datum values[13];
    bool nulls[13];
    for (int i = 0; i < 13; ++i) values[i] = column(0, i + 1, &nulls[i]);
    tuplestore_putvalues(result->setResult, result->setDesc, values, nulls);
  });
}

void alter_job(FunctionCallInfo fcinfo) {
  require_sense(fcinfo);
  const std::int32_t id = PG_GETARG_INT32(kJobId);
  const Job* job = pg::call([&]() -> const Job* {
    PreventCommandIfReadOnly("alter_job()");
    InitMaterializedSRF(fcinfo, 0);
    if (find_job(id) == nullptr && given(fcinfo, kIfExists) && PG_GETARG_BOOL(kIfExists)) {
      ereport(NOTICE, (errmsg("job %d does not exist, skipping", id)));
      return nullptr;
    }
    return &require_own_job(id);
  });
  if (job == nullptr) return;
  require_new_schedule(fcinfo, *job);
  pg::call([&] {
    const char* config = new_config(fcinfo, *job);
    const Oid check = new_check(fcinfo, id);
    const bool is_checked =
        given(fcinfo, kConfig) || given(fcinfo, kConfigMerge) || given(fcinfo, kCheckConfig);
    if (OidIsValid(check) && is_checked) {
      const Datum json =
          config == nullptr ? 0 : DirectFunctionCall1(jsonb_in, CStringGetDatum(config));
      check_config(check, json, config == nullptr);
    }
    update_job(fcinfo, *job, config, check);
  });
  reschedule(fcinfo, id);
  pg::call([&] {
    wake_at_commit();
    put_row(fcinfo, id);
  });
}

}  // namespace
}  // namespace varve::job

// alter_job(job_id integer, schedule_interval interval, max_runtime interval, max_retries integer,
//           retry_period interval, scheduled boolean, config jsonb, next_start timestamptz,
//           if_exists boolean, check_config regproc, fixed_schedule boolean,
//           initial_start timestamptz, timezone text, job_name text, config_merge jsonb)
//   returns table (...)
VARVE_SQL_FUNCTION(varve_alter_job) {
  varve::job::alter_job(fcinfo);
  return 0;
}
