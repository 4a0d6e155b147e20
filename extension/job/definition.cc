#include "extension/job/definition.h"

#include <string>

#include "extension/function/zone.h"
#include "extension/job/at_commit.h"
#include "extension/job/catalog_sql.h"
#include "extension/job/clock.h"
#include "extension/job/schedule.h"

#include "extension/pg/boundary.h"
extern "C" {
#include <access/htup_details.h>
#include <utils/acl.h>
#include <utils/syscache.h>
}

namespace varve::job {

void require_schedule(const Definition& definition) {
  const Interval& interval = definition.schedule_interval;
  if (microseconds_of(interval) <= 0) {
    throw pg::SqlError(ERRCODE_INVALID_PARAMETER_VALUE, "schedule interval must be positive");
  }
  if (definition.timezone != nullptr) {
    function::PgZone::find(pg::call([&] { return cstring_to_text(definition.timezone); }));
  }
  if (definition.has_initial_start && TIMESTAMP_NOT_FINITE(definition.initial_start)) {
    throw pg::SqlError(ERRCODE_INVALID_PARAMETER_VALUE, "initial start must be finite");
  }
  if (!definition.fixed_schedule) return;
  if (interval.month != 0 && (interval.day != 0 || interval.time != 0)) {
    throw pg::SqlError(ERRCODE_FEATURE_NOT_SUPPORTED,
                       "a fixed schedule cannot mix months and smaller units",
                       "Months differ in length, so that such slots would drift.");
  }
}

void require_login(Oid role) {
  HeapTuple tuple = SearchSysCache1(AUTHOID, ObjectIdGetDatum(role));
  if (!HeapTupleIsValid(tuple)) {
    ereport(ERROR,
            (errcode(ERRCODE_UNDEFINED_OBJECT), errmsg("role with OID %u does not exist", role)));
  }
  const auto* row = reinterpret_cast<Form_pg_authid>(GETSTRUCT(tuple));
  if (!row->rolcanlogin) {
    ereport(ERROR, (errcode(ERRCODE_INSUFFICIENT_PRIVILEGE),
                    errmsg("role \"%s\" cannot own a job", NameStr(row->rolname)),
                    errdetail("A job runs as a session of its owner, who must have LOGIN.")));
  }
  ReleaseSysCache(tuple);
}

std::int32_t insert_job(const Definition& definition) {
  const TimestampTz time = now();
  const TimestampTz first = definition.has_initial_start ? definition.initial_start : time;
  const auto interval = [](const Interval& value) {
    return Argument{INTERVALOID, IntervalPGetDatum(&value)};
  };
  const std::int32_t id = as_catalog_owner([&] {
    execute("SELECT nextval('varve_catalog.job_id_seq')::int");
    const std::int32_t next = DatumGetInt32(column(0, 1));
    const char* name =
        definition.name != nullptr ? definition.name : psprintf("%s [%d]", definition.kind, next);
    // The trigger writes job_stat.
    execute(R"(
        INSERT INTO varve_catalog.job VALUES ($1, $2, $3, $4, $5, $6, $7::name, $8::name, $9::oid::regrole, $10, $11, $12,
            $13, $14::oid::regclass, $15::jsonb, $16::name, $17::name))",
            {Argument::integer(next),
             Argument::text(name),
             interval(definition.schedule_interval),
             interval(definition.max_runtime),
             Argument::integer(definition.max_retries),
             interval(definition.retry_period),
             Argument::text(definition.proc_schema),
             Argument::text(definition.proc_name),
             {OIDOID, ObjectIdGetDatum(definition.owner)},
             Argument::boolean(definition.scheduled),
             Argument::boolean(definition.fixed_schedule),
             {TIMESTAMPTZOID, TimestampTzGetDatum(first),
              !definition.fixed_schedule && !definition.has_initial_start},
             Argument::text(definition.timezone),
             {OIDOID, ObjectIdGetDatum(definition.relation), !OidIsValid(definition.relation)},
             Argument::text(definition.config),
             Argument::text(definition.check_schema),
             Argument::text(definition.check_name)});
    execute("UPDATE varve_catalog.job_stat SET next_start = $2 WHERE job_id = $1",
            {Argument::integer(next), Argument::time(first)});
    return next;
  });
  wake_at_commit();
  return id;
}

void delete_job(std::int32_t id) {
  as_catalog_owner([&] {
    execute("DELETE FROM varve_catalog.job WHERE id = $1", {Argument::integer(id)});
    execute("DELETE FROM varve_catalog.job_stat WHERE job_id = $1", {Argument::integer(id)});
  });
  cancel_at_commit(id);
}

}  // namespace varve::job
