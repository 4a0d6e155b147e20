#include "extension/job/run.h"

#include <algorithm>

#include "extension/job/catalog_sql.h"
#include "extension/job/clock.h"
#include "extension/job/schedule.h"

#include "extension/pg/boundary.h"
extern "C" {
#include <access/xact.h>
#include <commands/async.h>
#include <utils/fmgroids.h>
#include <utils/guc.h>
#include <utils/json.h>
#include <utils/lsyscache.h>
}

namespace varve::job {
namespace {

bool log_successes = true;
char* notify_channel = nullptr;

using calendar::Duration;
using calendar::TimePoint;

/// What is written of a run that is lost in a crash is found out again.
void commit_without_flush() {
  set_config_option("synchronous_commit", "off", PGC_USERSET, PGC_S_SESSION, GUC_ACTION_LOCAL, true,
                    0, false);
}

/// When the job runs next after its run has ended; `gave_up` where it does not.
TimestampTz next_start_after(const Job& job, bool succeeded, TimestampTz finish, bool& gave_up) {
  TimestampTz regular = finish + microseconds_of(job.schedule_interval);
  try {
    regular = regular_start(job, finish);
  } catch (const Error&) {  // the catalog was changed by hand: better late than never
  } catch (const pg::SqlError&) {
  }
  gave_up = false;
  if (succeeded) return regular;
  const Failure failure = {.job_id = job.id,
                           .failures_in_a_row = job.failures_in_a_row + 1,
                           .max_retries = job.max_retries,
                           .finish = TimePoint(Duration(finish)),
                           .regular = TimePoint(Duration(regular)),
                           .retry_period = Duration(microseconds_of(job.retry_period))};
  gave_up = gives_up(failure);
  const TimestampTz retry = retry_time(failure).time_since_epoch().count();
  return job.fixed_schedule ? std::min(retry, regular) : retry;
}

/// Only what begins next is decided by what was known before; a time that somebody has set during
/// the run stays.
void update_stat(std::int32_t job_id, bool succeeded, bool ran, bool crashed, TimestampTz finish,
                 TimestampTz next_start, bool gave_up) {
  execute(R"(
      UPDATE varve_catalog.job_stat SET
          next_start = CASE WHEN next_start = '-infinity' THEN $4 ELSE next_start END,
          last_finish = $3,
          last_successful_finish = CASE WHEN $2 THEN $3 ELSE last_successful_finish END,
          last_success = $2,
          total_successes = total_successes + $2::int,
          total_failures = total_failures + (NOT $2)::int,
          total_crashes = total_crashes + $5::int,
          failures_in_a_row = CASE WHEN $2 THEN 0 ELSE failures_in_a_row + 1 END,
          total_duration = total_duration + CASE WHEN $6 THEN coalesce($3 - last_start, '0') ELSE '0' END
      WHERE job_id = $1)",
          {Argument::integer(job_id), Argument::boolean(succeeded), Argument::time(finish),
           Argument::time(next_start), Argument::boolean(crashed), Argument::boolean(ran)});
  if (!gave_up) return;
  execute("UPDATE varve_catalog.job SET scheduled = false WHERE id = $1",
          {Argument::integer(job_id)});
}

const char* json_of(const ErrorData& error) {
  StringInfoData json;
  initStringInfo(&json);
  const auto add = [&](const char* key, const char* value) {
    if (value == nullptr) return;
    appendStringInfo(&json, "%s\"%s\": ", json.len == 0 ? "{" : ", ", key);
    escape_json(&json, value);
  };
  add("detail", error.detail);
  add("hint", error.hint);
  add("context", error.context);
  if (json.len == 0) return nullptr;
  appendStringInfoChar(&json, '}');
  return json.data;
}

void notify(const Job& job, const char* outcome) {
  if (notify_channel == nullptr || notify_channel[0] == '\0') return;
  StringInfoData json;
  initStringInfo(&json);
  appendStringInfo(&json, "{\"job_id\": %d, \"outcome\": \"%s\", \"name\": ", job.id, outcome);
  escape_json(&json, job.name);
  appendStringInfoChar(&json, '}');
  Async_Notify(notify_channel, json.data);
}

void finish_history(std::int64_t history_id, const Outcome& outcome, TimestampTz finish) {
  const Argument id = {INT8OID, Int64GetDatum(history_id)};
  if (outcome.succeeded && !log_successes) {
    execute("DELETE FROM varve_catalog.job_history WHERE id = $1", {id});
    return;
  }
  const ErrorData* error = outcome.error;
  execute(R"(
      UPDATE varve_catalog.job_history SET finish_time = $2, outcome = $3, sqlerrcode = $4, err_message = $5,
          err_detail = $6::jsonb, result = $7::jsonb
      WHERE id = $1)",
          {id, Argument::time(finish), Argument::text(outcome.succeeded ? "succeeded" : "failed"),
           Argument::text(error == nullptr ? nullptr : unpack_sql_state(error->sqlerrcode)),
           Argument::text(error == nullptr ? nullptr : error->message),
           Argument::text(error == nullptr ? nullptr : json_of(*error)),
           Argument::text(outcome.result)});
}

std::int64_t insert_history(const Job& job, const Assignment& assignment, TimestampTz start,
                            int missed) {
  execute(R"(
      INSERT INTO varve_catalog.job_history (job_id, outcome, pid, due_time, start_time, missed, wait_reason, proc_schema,
          proc_name, owner, config)
      VALUES ($1, 'running', $2, $3, $4, $5, $6, $7::name, $8::name, $9::name, $10::jsonb)
      RETURNING id)",
          {Argument::integer(job.id), Argument::integer(MyProcPid), Argument::time(assignment.due),
           Argument::time(start), Argument::integer(missed),
           Argument::text(describe(assignment.waited)), Argument::text(job.proc_schema),
           Argument::text(job.proc_name), Argument::text(GetUserNameFromId(job.owner, true)),
           Argument::text(job.config)});
  return DatumGetInt64(column(0, 1));
}

/// Makes the job one that runs, if it still is to run now. Does not wait for whoever is altering
/// it: a forgotten transaction would keep a worker.
bool mark_begun(const Assignment& assignment, TimestampTz start, bool* is_locked) {
  return as_catalog_owner([&] {
    const Argument id = Argument::integer(assignment.job_id);
    const bool is_marked = execute(R"(
        UPDATE varve_catalog.job_stat s SET next_start = '-infinity', last_start = $2, total_runs = total_runs + 1
        FROM varve_catalog.job j
        WHERE j.id = s.job_id AND j.scheduled AND s.next_start <= $2
            AND s.job_id IN (SELECT l.job_id FROM varve_catalog.job_stat l WHERE l.job_id = $1 FOR UPDATE SKIP LOCKED))",
                                   {id, Argument::time(start)}) > 0;
    *is_locked =
        !is_marked &&
        execute(
            "SELECT FROM varve_catalog.job_stat s JOIN varve_catalog.job j ON j.id = s.job_id "
            "WHERE j.id = $1 AND j.scheduled AND s.next_start <= $2",
            {id, Argument::time(start)}) > 0;
    return is_marked;
  });
}

void mark_not_begun(const Assignment& assignment) {
  as_catalog_owner([&] {
    execute(R"(UPDATE varve_catalog.job_stat SET next_start = $2, total_runs = total_runs - 1
               WHERE job_id = $1)",
            {Argument::integer(assignment.job_id), Argument::time(assignment.due)});
  });
}

/// A run that this process did not make ends as a failure.
void record_failure(std::int32_t job_id, const char* outcome, int sqlstate, const char* message,
                    bool crashed) {
  const Job* job = pg::call([&] { return find_job(job_id); });
  if (job == nullptr) return;
  const TimestampTz finish = pg::call([] { return now(); });
  bool gave_up = false;
  const TimestampTz next = next_start_after(*job, false, finish, gave_up);
  pg::call([&] {
    as_catalog_owner([&] {
      const std::uint64_t open =
          crashed
              ? execute(R"(
          UPDATE varve_catalog.job_history SET finish_time = $2, outcome = $3, sqlerrcode = $4, err_message = $5
          WHERE job_id = $1 AND finish_time IS NULL)",
                        {Argument::integer(job_id), Argument::time(finish), Argument::text(outcome),
                         Argument::text(unpack_sql_state(sqlstate)), Argument::text(message)})
              : 0;
      const bool is_marked = job->next_start == DT_NOBEGIN;
      if (crashed && open == 0 && !is_marked) return;
      if (open == 0) {
        execute(R"(
          INSERT INTO varve_catalog.job_history (job_id, outcome, due_time, start_time, finish_time, proc_schema, proc_name,
              owner, config, sqlerrcode, err_message)
          VALUES ($1, $3, $8, $2, $2, $6::name, $7::name, $9::name, $10::jsonb, $4, $5))",
                {Argument::integer(job_id), Argument::time(finish), Argument::text(outcome),
                 Argument::text(unpack_sql_state(sqlstate)), Argument::text(message),
                 Argument::text(job->proc_schema), Argument::text(job->proc_name),
                 Argument::time(TIMESTAMP_NOT_FINITE(job->next_start) ? finish : job->next_start),
                 Argument::text(GetUserNameFromId(job->owner, true)), Argument::text(job->config)});
      }
      // It was due, and would be again at once.
      if (!crashed) {
        execute("UPDATE varve_catalog.job_stat SET next_start = '-infinity' WHERE job_id = $1",
                {Argument::integer(job_id)});
      }
      update_stat(job_id, false, crashed, crashed, finish, next, gave_up);
    });
    notify(*job, outcome);
  });
}

char* report = nullptr;

}  // namespace

const Job* begin_run(const Assignment& assignment, Oid role, std::int64_t* history_id,
                     bool* is_locked) {
  TimestampTz start = 0;
  const Job* job = pg::call([&]() -> const Job* {
    commit_without_flush();
    start = now();
    const Job* found =
        mark_begun(assignment, start, is_locked) ? find_job(assignment.job_id) : nullptr;
    if (found != nullptr && found->owner != role) {
      mark_not_begun(assignment);
      return nullptr;
    }
    return found;
  });
  if (job == nullptr) return nullptr;
  const int missed = missed_slots(*job, assignment.due, start);
  *history_id = pg::call([&] {
    return as_catalog_owner([&] { return insert_history(*job, assignment, start, missed); });
  });
  return job;
}

void finish_run(std::int32_t job_id, std::int64_t history_id, const Outcome& outcome) {
  // As it is now: it may have been altered during the run, or deleted.
  const Job* job = pg::call([&] {
    commit_without_flush();
    return find_job(job_id);
  });
  const TimestampTz finish = pg::call([] { return now(); });
  bool gave_up = false;
  const TimestampTz next =
      job == nullptr ? finish : next_start_after(*job, outcome.succeeded, finish, gave_up);
  pg::call([&] {
    as_catalog_owner([&] {
      finish_history(history_id, outcome, finish);
      update_stat(job_id, outcome.succeeded, true, false, finish, next, gave_up);
    });
    if (job != nullptr) notify(*job, outcome.succeeded ? "succeeded" : "failed");
  });
}

void record_crash(std::int32_t job_id) {
  record_failure(job_id, "crashed", ERRCODE_CRASH_SHUTDOWN,
                 "the process of the run ended before the run did", true);
}

void record_refusal(std::int32_t job_id, int sqlstate, const char* message) {
  record_failure(job_id, "failed", sqlstate, message, false);
}

const char* reported() { return report; }

void reset_report() {
  if (report != nullptr) pfree(report);
  report = nullptr;
}

void install_run() {
  DefineCustomBoolVariable("timescaledb.enable_job_execution_logging",
                           "Whether successful runs stay in the history of jobs.", nullptr,
                           &log_successes, true, PGC_SIGHUP, 0, nullptr, nullptr, nullptr);
  DefineCustomStringVariable("varve.job_notify_channel",
                             "Channel of a NOTIFY at the end of every run; empty: none.", nullptr,
                             &notify_channel, "", PGC_SIGHUP, 0, nullptr, nullptr, nullptr);
}

}  // namespace varve::job

// report_run(result jsonb) returns void
VARVE_SQL_FUNCTION(varve_report_run) {
  varve::pg::call([fcinfo] {
    varve::job::reset_report();
    if (PG_ARGISNULL(0)) return;
    const Datum json = OidFunctionCall1(F_JSONB_OUT, PG_GETARG_DATUM(0));
    varve::job::report = MemoryContextStrdup(TopMemoryContext, DatumGetCString(json));
  });
  PG_RETURN_VOID();
}
