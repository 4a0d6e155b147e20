// add_reorder_policy(), remove_reorder_policy().
#include <string>

#include "extension/catalog/hypertable_table.h"
#include "extension/job/policy.h"

#include "extension/pg/boundary.h"
extern "C" {
#include <catalog/index.h>
#include <catalog/pg_class.h>
#include <miscadmin.h>
#include <tcop/utility.h>
#include <utils/json.h>
#include <utils/lsyscache.h>
#include <utils/timestamp.h>
}

namespace varve::job {
namespace {

constexpr const char* kProcedure = "policy_reorder";
constexpr const char* kWords = "reorder policy";

enum AddArgument { kHypertable, kIndexName, kIfNotExists, kInitialStart, kTimezone };

Target hypertable_target(FunctionCallInfo fcinfo) {
  const Target target = policy_target(fcinfo, kHypertable);
  if (!target.is_aggregate) return target;
  throw pg::SqlError(ERRCODE_FEATURE_NOT_SUPPORTED,
                     "a continuous aggregate cannot have a reorder policy");
}

void require_index(const Target& target, const char* name) {
  const bool found = pg::call([&] {
    const Oid index = get_relname_relid(name, get_rel_namespace(target.relation));
    return OidIsValid(index) && get_rel_relkind(index) == RELKIND_PARTITIONED_INDEX &&
           IndexGetRelation(index, true) == target.relation;
  });
  if (found) return;
  throw pg::SqlError(ERRCODE_INVALID_PARAMETER_VALUE,
                     "\"" + std::string(name) + "\" is not an index of the hypertable");
}

/// Half of a chunk's width; for integers, whose speed nobody knows, four days.
Interval schedule_of(const Target& target) {
  if (target.is_integer) return {0, 4, 0};
  const auto hypertable = catalog::HypertableTable::find(target.relation);
  const std::int64_t half = hypertable->chunk_interval / 2;
  return {half % USECS_PER_DAY, static_cast<std::int32_t>(half / USECS_PER_DAY), 0};
}

Datum add_reorder(FunctionCallInfo fcinfo) {
  pg::call([] { PreventCommandIfReadOnly("add_reorder_policy()"); });
  const Target target = hypertable_target(fcinfo);
  if (PG_ARGISNULL(kIndexName)) {
    throw pg::SqlError(ERRCODE_INVALID_PARAMETER_VALUE, "index name must not be null");
  }
  const char* name = NameStr(*PG_GETARG_NAME(kIndexName));
  require_index(target, name);
  const char* config = pg::call([&] {
    StringInfoData quoted;
    initStringInfo(&quoted);
    escape_json(&quoted, name);
    return json_object(
        {{"hypertable_id", psprintf("%d", target.hypertable_id)}, {"index_name", quoted.data}});
  });
  const Policy policy = {.procedure = kProcedure,
                         .words = kWords,
                         .title = "Reorder Policy",
                         .config = config,
                         .schedule_interval = schedule_of(target)};
  return add_policy(fcinfo, target, policy, kIfNotExists, kInitialStart, kTimezone);
}

}  // namespace
}  // namespace varve::job

// add_reorder_policy(hypertable regclass, index_name name, if_not_exists boolean,
//                    initial_start timestamptz, timezone text) returns integer
VARVE_SQL_FUNCTION(varve_add_reorder_policy) { return varve::job::add_reorder(fcinfo); }

// remove_reorder_policy(hypertable regclass, if_exists boolean) returns void
VARVE_SQL_FUNCTION(varve_remove_reorder_policy) {
  varve::pg::call([] { PreventCommandIfReadOnly("remove_reorder_policy()"); });
  varve::job::remove_policy(varve::job::hypertable_target(fcinfo), varve::job::kProcedure,
                            varve::job::kWords, !PG_ARGISNULL(1) && PG_GETARG_BOOL(1));
  PG_RETURN_VOID();
}
