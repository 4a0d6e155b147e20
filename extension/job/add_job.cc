// add_job(), delete_job(), run_job(), and the trigger for rows that pg_restore copies in.
#include <string>

#include "extension/job/at_commit.h"
#include "extension/job/catalog_sql.h"
#include "extension/job/clock.h"
#include "extension/job/definition.h"
#include "extension/job/procedure.h"
#include "extension/job/procedure_argument.h"
#include "extension/job/run.h"

#include "extension/pg/boundary.h"
extern "C" {
#include <access/htup_details.h>
#include <catalog/pg_proc.h>
#include <commands/trigger.h>
#include <nodes/parsenodes.h>
#include <tcop/utility.h>
#include <utils/acl.h>
#include <utils/lsyscache.h>
#include <utils/rel.h>
}

namespace varve::job {
namespace {

constexpr Interval kMinutes5 = {5 * USECS_PER_MINUTE, 0, 0};

enum AddArgument {
  kProc,
  kScheduleInterval,
  kConfig,
  kInitialStart,
  kScheduled,
  kCheckConfig,
  kFixedSchedule,
  kTimezone,
  kJobName
};

void require_argument(FunctionCallInfo fcinfo, int position, const char* name) {
  if (!PG_ARGISNULL(position)) return;
  throw pg::SqlError(ERRCODE_INVALID_PARAMETER_VALUE, std::string(name) + " must not be null");
}

const char* text_argument(FunctionCallInfo fcinfo, int position) {
  return PG_ARGISNULL(position) ? nullptr : text_to_cstring(PG_GETARG_TEXT_PP(position));
}

Definition definition_of(FunctionCallInfo fcinfo) {
  Definition job;
  job.schedule_interval = *PG_GETARG_INTERVAL_P(kScheduleInterval);
  job.retry_period = kMinutes5;
  job.scheduled = PG_ARGISNULL(kScheduled) || PG_GETARG_BOOL(kScheduled);
  job.fixed_schedule = PG_ARGISNULL(kFixedSchedule) || PG_GETARG_BOOL(kFixedSchedule);
  job.has_initial_start = !PG_ARGISNULL(kInitialStart);
  if (job.has_initial_start) job.initial_start = PG_GETARG_TIMESTAMPTZ(kInitialStart);
  pg::call([&] {
    const Oid proc = PG_GETARG_OID(kProc);
    require_callable(proc, false);
    job.proc_schema = get_namespace_name(get_func_namespace(proc));
    job.proc_name = get_func_name(proc);
    job.owner = GetUserId();
    require_login(job.owner);
    job.name = text_argument(fcinfo, kJobName);
    job.timezone = text_argument(fcinfo, kTimezone);
    if (!PG_ARGISNULL(kConfig)) {
      job.config = DatumGetCString(DirectFunctionCall1(jsonb_out, PG_GETARG_DATUM(kConfig)));
    }
  });
  return job;
}

Datum add_job(FunctionCallInfo fcinfo) {
  require_argument(fcinfo, kProc, "procedure");
  require_argument(fcinfo, kScheduleInterval, "schedule interval");
  pg::call([] { PreventCommandIfReadOnly("add_job()"); });
  Definition job = definition_of(fcinfo);
  require_schedule(job);
  return pg::call([&] {
    if (!PG_ARGISNULL(kCheckConfig)) {
      const Oid check = PG_GETARG_OID(kCheckConfig);
      require_callable(check, true);
      check_config(check, PG_GETARG_DATUM(kConfig), PG_ARGISNULL(kConfig));
      job.check_schema = get_namespace_name(get_func_namespace(check));
      job.check_name = get_func_name(check);
    }
    return Int32GetDatum(insert_job(job));
  });
}

bool is_atomic(FunctionCallInfo fcinfo) {
  const Node* context = fcinfo->context;
  return context == nullptr || !IsA(context, CallContext) ||
         castNode(CallContext, fcinfo->context)->atomic;
}

/// The job's statement within this one; it may commit where this one may.
void run_here(const char* statement, bool atomic) {
  SPI_connect_ext(atomic ? 0 : SPI_OPT_NONATOMIC);
  SPIExecuteOptions options = {};
  options.allow_nonatomic = !atomic;
  const int code = SPI_execute_extended(statement, &options);
  if (code < 0) elog(ERROR, "%s failed: %s", statement, SPI_result_code_string(code));
  SPI_finish();
}

/// The id of a new row. Reports a row by which the current user would have something run as
/// somebody else: as the owner of the job, or of its table.
std::int32_t require_own_row(const TriggerData& trigger) {
  enum : AttrNumber { kId = 1, kOwner = 9, kRelation = 14 };
  const TupleDesc descriptor = RelationGetDescr(trigger.tg_relation);
  bool is_null = false;
  const auto value = [&](AttrNumber number) {
    return heap_getattr(trigger.tg_trigtuple, number, descriptor, &is_null);
  };
  const Oid owner = DatumGetObjectId(value(kOwner));
  if (!has_privs_of_role(GetUserId(), owner)) {
    ereport(ERROR, (errcode(ERRCODE_INSUFFICIENT_PRIVILEGE),
                    errmsg("permission denied to add a job of role \"%s\"",
                           GetUserNameFromId(owner, true))));
  }
  const Oid relation = DatumGetObjectId(value(kRelation));
  if (!is_null && !pg_class_ownercheck(relation, GetUserId())) {
    aclcheck_error(ACLCHECK_NOT_OWNER, OBJECT_TABLE, get_rel_name(relation));
  }
  return DatumGetInt32(value(kId));
}

/// A row that does not come from insert_job() was copied in by pg_restore: it runs when the
/// schedule has it next, not in the middle of the restore.
void adopt_row(std::int32_t id) {
  const TimestampTz time = pg::call([] { return now(); });
  pg::call([&] {
    as_catalog_owner([&] {
      execute("INSERT INTO varve_catalog.job_stat (job_id, next_start) VALUES ($1, $2)",
              {Argument::integer(id), Argument::time(time)});
    });
  });
  const Job* job = pg::call([&] { return find_job(id); });
  const TimestampTz next = regular_start(*job, time);
  pg::call([&] {
    as_catalog_owner([&] {
      execute("UPDATE varve_catalog.job_stat SET next_start = $2 WHERE job_id = $1",
              {Argument::integer(id), Argument::time(next)});
    });
    wake_at_commit();
  });
}

}  // namespace
}  // namespace varve::job

// add_job(proc regproc, schedule_interval interval, config jsonb, initial_start timestamptz,
//         scheduled boolean, check_config regproc, fixed_schedule boolean, timezone text,
//         job_name text) returns integer
VARVE_SQL_FUNCTION(varve_add_job) { return varve::job::add_job(fcinfo); }

// delete_job(job_id integer) returns void
VARVE_SQL_FUNCTION(varve_delete_job) {
  varve::pg::call([fcinfo] {
    PreventCommandIfReadOnly("delete_job()");
    varve::job::delete_job(varve::job::require_own_job(PG_GETARG_INT32(0)).id);
  });
  PG_RETURN_VOID();
}

// run_job(job_id integer)
VARVE_SQL_FUNCTION(varve_run_job) {
  varve::pg::call([fcinfo] {
    if (PG_ARGISNULL(0)) {
      ereport(ERROR, (errcode(ERRCODE_INVALID_PARAMETER_VALUE), errmsg("job id must not be null")));
    }
    const varve::job::Job& job = varve::job::require_own_job(PG_GETARG_INT32(0));
    varve::job::run_here(varve::job::call_statement(job), varve::job::is_atomic(fcinfo));
    varve::job::reset_report();
  });
  PG_RETURN_VOID();
}

// job_restored() returns trigger
VARVE_SQL_FUNCTION(varve_job_restored) {
  const std::int32_t id = varve::pg::call([fcinfo] {
    if (!CALLED_AS_TRIGGER(fcinfo)) {
      ereport(ERROR, (errcode(ERRCODE_E_R_I_E_TRIGGER_PROTOCOL_VIOLATED),
                      errmsg("not called as a trigger")));
    }
    return varve::job::require_own_row(*reinterpret_cast<const TriggerData*>(fcinfo->context));
  });
  varve::job::adopt_row(id);
  return PointerGetDatum(nullptr);
}
