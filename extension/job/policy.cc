#include "extension/job/policy.h"

#include <string>

#include "extension/catalog/hypertable_table.h"
#include "extension/catalog/ownership.h"
#include "extension/chunk/coordinate.h"
#include "extension/job/catalog_sql.h"

#include "extension/pg/boundary.h"
#include "extension/pg/sqlstate.h"
extern "C" {
#include <tcop/utility.h>
#include <utils/json.h>
#include <utils/lsyscache.h>
}

namespace varve::job {
namespace {

/// The materialization's id where `relation` is an aggregate, or 0; and its width.
std::int32_t aggregate_of(Oid relation, const char* column_name, std::int64_t* width) {
  return as_catalog_owner([&]() -> std::int32_t {
    if (execute(psprintf("SELECT id, bucket_width FROM varve_catalog.continuous_aggregate WHERE %s "
                         "= $1::oid",
                         column_name),
                {{OIDOID, ObjectIdGetDatum(relation)}}) == 0) {
      return 0;
    }
    *width = DatumGetInt64(column(0, 2));
    return DatumGetInt32(column(0, 1));
  });
}

[[noreturn]] void throw_wrong_type(const char* name, Oid given, const Target& target) {
  const char* type = pg::call([&] { return format_type_be(given); });
  throw pg::SqlError(ERRCODE_INVALID_PARAMETER_VALUE,
                     "argument \"" + std::string(name) + "\" cannot be of type " + type,
                     target.is_integer
                         ? "The time of the table is an integer, so an integer is expected."
                         : "An interval is expected.");
}

Offset offset_of(const Interval& interval) {
  Offset offset = {false, microseconds_of(interval), nullptr};
  StringInfoData json;
  initStringInfo(&json);
  escape_json(&json,
              DatumGetCString(DirectFunctionCall1(interval_out, IntervalPGetDatum(&interval))));
  offset.json = json.data;
  return offset;
}

Offset offset_of(std::int64_t value) { return {false, value, psprintf(INT64_FORMAT, value)}; }

}  // namespace

const char* json_object(std::initializer_list<std::pair<const char*, const char*>> members) {
  StringInfoData json;
  initStringInfo(&json);
  for (const auto& [key, value] : members) {
    if (value != nullptr) {
      appendStringInfo(&json, "%s\"%s\": %s", json.len == 0 ? "{" : ", ", key, value);
    }
  }
  appendStringInfoChar(&json, '}');
  return json.data;
}

Target policy_target(FunctionCallInfo fcinfo, int position) {
  if (PG_ARGISNULL(position)) {
    throw pg::SqlError(ERRCODE_INVALID_PARAMETER_VALUE, "relation must not be null");
  }
  Target target = {};
  target.relation = PG_GETARG_OID(position);
  pg::call([&] { catalog::require_own_relation(target.relation); });
  const std::string name = pg::call([&] { return get_rel_name(target.relation); });
  auto hypertable = catalog::HypertableTable::find(target.relation);
  std::int64_t ignored = 0;
  if (hypertable &&
      pg::call([&] { return aggregate_of(target.relation, "materialization", &ignored) != 0; })) {
    throw pg::SqlError(ERRCODE_FEATURE_NOT_SUPPORTED,
                       "\"" + name + "\" holds the results of a continuous aggregate", {},
                       "Add the policy to the aggregate.");
  }
  if (!hypertable) {
    const std::int32_t id =
        pg::call([&] { return aggregate_of(target.relation, "relation", &target.bucket_width); });
    target.is_aggregate = id != 0;
    if (id != 0) hypertable = catalog::HypertableTable::find_by_id(id);
  }
  if (!hypertable) {
    throw pg::SqlError(pg::kHypertableNotExist,
                       "\"" + name + "\" is neither a hypertable nor a continuous aggregate");
  }
  target.hypertable_id = hypertable->id;
  const Oid type = pg::call([&] { return getBaseType(hypertable->column_type); });
  target.is_integer = !chunk::is_time_type(type);
  target.has_integer_now = hypertable->has_integer_now;
  return target;
}

Offset offset_argument(FunctionCallInfo fcinfo, int position, const char* name,
                       const Target& target) {
  if (PG_ARGISNULL(position)) return {};
  const Datum value = PG_GETARG_DATUM(position);
  const Oid given =
      pg::call([&] { return getBaseType(get_fn_expr_argtype(fcinfo->flinfo, position)); });
  if (given == UNKNOWNOID || given == TEXTOID || given == VARCHAROID) {
    return pg::call([&] {
      char* literal = given == UNKNOWNOID ? DatumGetCString(value) : TextDatumGetCString(value);
      if (target.is_integer) return offset_of(pg_strtoint64(literal));
      return offset_of(*DatumGetIntervalP(DirectFunctionCall3(
          interval_in, CStringGetDatum(literal), ObjectIdGetDatum(InvalidOid), Int32GetDatum(-1))));
    });
  }
  if (!target.is_integer && given == INTERVALOID) {
    return pg::call([&] { return offset_of(*DatumGetIntervalP(value)); });
  }
  if (target.is_integer && (given == INT2OID || given == INT4OID || given == INT8OID)) {
    return pg::call([&] {
      return offset_of(given == INT2OID   ? std::int64_t{DatumGetInt16(value)}
                       : given == INT4OID ? std::int64_t{DatumGetInt32(value)}
                                          : DatumGetInt64(value));
    });
  }
  throw_wrong_type(name, given, target);
}

Offset interval_argument(FunctionCallInfo fcinfo, int position) {
  if (PG_ARGISNULL(position)) return {};
  return pg::call([&] { return offset_of(*PG_GETARG_INTERVAL_P(position)); });
}

void require_integer_now(const Target& target) {
  if (!target.is_integer || target.is_aggregate || target.has_integer_now) return;
  throw pg::SqlError(ERRCODE_INVALID_PARAMETER_VALUE,
                     "the hypertable has no function that gives its present", {},
                     "Use set_integer_now_func().");
}

std::int32_t insert_policy(FunctionCallInfo fcinfo, const Target& target, const Policy& policy,
                           int initial_start, int timezone) {
  Definition job;
  job.kind = policy.title;
  job.schedule_interval = policy.schedule_interval;
  job.retry_period = {5 * USECS_PER_MINUTE, 0, 0};
  job.proc_schema = job.check_schema = "_timescaledb_functions";
  job.proc_name = policy.procedure;
  job.relation = target.relation;
  job.config = policy.config;
  job.has_initial_start = !PG_ARGISNULL(initial_start);
  if (job.has_initial_start) job.initial_start = PG_GETARG_TIMESTAMPTZ(initial_start);
  // Without a first slot there is nothing to be fixed to.
  job.fixed_schedule = job.has_initial_start;
  pg::call([&] {
    job.check_name = psprintf("%s_check", policy.procedure);
    job.owner = catalog::owner_of(target.relation);
    require_login(job.owner);
    if (!PG_ARGISNULL(timezone)) job.timezone = text_to_cstring(PG_GETARG_TEXT_PP(timezone));
  });
  require_schedule(job);
  return pg::call([&] { return insert_job(job); });
}

Datum add_policy(FunctionCallInfo fcinfo, const Target& target, const Policy& policy,
                 int if_not_exists, int initial_start, int timezone) {
  const bool exists = pg::call([&] {
    const char* name = get_rel_name(target.relation);
    bool is_same = false;
    const bool found = as_catalog_owner([&] {
      const std::uint64_t count = execute(R"(
          SELECT config = $3::jsonb FROM varve_catalog.job
          WHERE relation = $1::oid AND proc_schema = '_timescaledb_functions' AND proc_name = $2)",
                                          {{OIDOID, ObjectIdGetDatum(target.relation)},
                                           Argument::text(policy.procedure),
                                           Argument::text(policy.config)});
      if (count > 0) is_same = DatumGetBool(column(0, 1));
      return count > 0;
    });
    if (!found) return false;
    if (PG_ARGISNULL(if_not_exists) || !PG_GETARG_BOOL(if_not_exists)) {
      ereport(ERROR, (errcode(ERRCODE_DUPLICATE_OBJECT),
                      errmsg("\"%s\" has a %s already", name, policy.words),
                      errhint("Remove it first, or change it with alter_job().")));
    }
    if (is_same) {
      ereport(NOTICE, (errmsg("\"%s\" has a %s already, skipping", name, policy.words)));
    } else {
      ereport(WARNING, (errmsg("\"%s\" has a %s already, with other arguments", name, policy.words),
                        errhint("Remove it first, or change it with alter_job().")));
    }
    return true;
  });
  if (exists) return Int32GetDatum(-1);
  return Int32GetDatum(insert_policy(fcinfo, target, policy, initial_start, timezone));
}

void remove_policy(const Target& target, const char* procedure, const char* words, bool if_exists) {
  pg::call([&] {
    std::int32_t ids[64];
    const auto count = as_catalog_owner([&] {
      const std::uint64_t found =
          execute(R"(
          SELECT id FROM varve_catalog.job
          WHERE relation = $1::oid AND proc_schema = '_timescaledb_functions' AND proc_name = $2 LIMIT 64)",
                  {{OIDOID, ObjectIdGetDatum(target.relation)}, Argument::text(procedure)});
      for (std::uint64_t i = 0; i < found; ++i) ids[i] = DatumGetInt32(column(i, 1));
      return found;
    });
    for (std::uint64_t i = 0; i < count; ++i) delete_job(ids[i]);
    if (count > 0) return;
    const char* name = get_rel_name(target.relation);
    if (!if_exists) {
      ereport(ERROR, (errcode(ERRCODE_UNDEFINED_OBJECT), errmsg("\"%s\" has no %s", name, words)));
    }
    ereport(NOTICE, (errmsg("\"%s\" has no %s, skipping", name, words)));
  });
}

}  // namespace varve::job
