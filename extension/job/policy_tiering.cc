// add_tiering_policy(), remove_tiering_policy().
#include "extension/chunk/maintain/tablespace.h"
#include "extension/job/policy.h"

#include "extension/pg/boundary.h"
extern "C" {
#include <commands/tablespace.h>
#include <miscadmin.h>
#include <tcop/utility.h>
#include <utils/builtins.h>
#include <utils/json.h>
#include <utils/timestamp.h>
}

namespace varve::job {
namespace {

constexpr const char* kProcedure = "policy_tiering";
constexpr const char* kWords = "tiering policy";
constexpr Interval kDay = {0, 1, 0};

enum AddArgument {
  kRelation,
  kOlderThan,
  kTablespace,
  kIndexTablespace,
  kMaxBytes,
  kIfNotExists,
  kScheduleInterval,
  kInitialStart,
  kTimezone
};

/// The name, as JSON, of the tablespace that the argument names or whose directory it is; null for
/// null. C API.
const char* tablespace_json(FunctionCallInfo fcinfo, int position) {
  if (PG_ARGISNULL(position)) return nullptr;
  const Oid found = chunk::tablespace_at(text_to_cstring(PG_GETARG_TEXT_PP(position)));
  StringInfoData json;
  initStringInfo(&json);
  escape_json(&json, get_tablespace_name(OidIsValid(found) ? found : MyDatabaseTableSpace));
  return json.data;
}

void require_arguments(FunctionCallInfo fcinfo, const Target& target) {
  if (PG_ARGISNULL(kOlderThan) || PG_ARGISNULL(kTablespace)) {
    throw pg::SqlError(ERRCODE_INVALID_PARAMETER_VALUE,
                       "a tiering policy needs both older_than and tablespace");
  }
  if (!PG_ARGISNULL(kMaxBytes) && PG_GETARG_INT64(kMaxBytes) <= 0) {
    throw pg::SqlError(ERRCODE_INVALID_PARAMETER_VALUE, "max_bytes must be positive");
  }
  require_integer_now(target);
}

Datum add_tiering(FunctionCallInfo fcinfo) {
  pg::call([] { PreventCommandIfReadOnly("add_tiering_policy()"); });
  const Target target = policy_target(fcinfo, kRelation);
  require_arguments(fcinfo, target);
  const Offset age = offset_argument(fcinfo, kOlderThan, "older_than", target);
  const char* config = pg::call([&] {
    return json_object(
        {{"hypertable_id", psprintf("%d", target.hypertable_id)},
         {"older_than", age.json},
         {"tablespace", tablespace_json(fcinfo, kTablespace)},
         {"index_tablespace", tablespace_json(fcinfo, kIndexTablespace)},
         {"max_bytes",
          PG_ARGISNULL(kMaxBytes) ? nullptr : psprintf(INT64_FORMAT, PG_GETARG_INT64(kMaxBytes))}});
  });
  const Policy policy = {.procedure = kProcedure,
                         .words = kWords,
                         .title = "Tiering Policy",
                         .config = config,
                         .schedule_interval = PG_ARGISNULL(kScheduleInterval)
                                                  ? kDay
                                                  : *PG_GETARG_INTERVAL_P(kScheduleInterval)};
  return add_policy(fcinfo, target, policy, kIfNotExists, kInitialStart, kTimezone);
}

}  // namespace
}  // namespace varve::job

// add_tiering_policy(relation regclass, older_than "any", tablespace text, index_tablespace text,
//                    max_bytes bigint, if_not_exists boolean, schedule_interval interval,
//                    initial_start timestamptz, timezone text) returns integer
VARVE_SQL_FUNCTION(varve_add_tiering_policy) { return varve::job::add_tiering(fcinfo); }

// remove_tiering_policy(relation regclass, if_exists boolean) returns void
VARVE_SQL_FUNCTION(varve_remove_tiering_policy) {
  varve::pg::call([] { PreventCommandIfReadOnly("remove_tiering_policy()"); });
  varve::job::remove_policy(varve::job::policy_target(fcinfo, 0), varve::job::kProcedure,
                            varve::job::kWords, !PG_ARGISNULL(1) && PG_GETARG_BOOL(1));
  PG_RETURN_VOID();
}
