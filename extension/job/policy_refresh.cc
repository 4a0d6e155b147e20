// add_continuous_aggregate_policy(), remove_continuous_aggregate_policy().
#include <string>

#include "extension/job/catalog_sql.h"
#include "extension/job/policy.h"
#include "extension/job/refresh_window.h"

#include "extension/pg/boundary.h"
extern "C" {
#include <tcop/utility.h>
#include <utils/lsyscache.h>
}

namespace varve::job {
namespace {

constexpr const char* kProcedure = "policy_refresh_continuous_aggregate";
constexpr const char* kWords = "refresh policy";

enum AddArgument {
  kAggregate,
  kStartOffset,
  kEndOffset,
  kScheduleInterval,
  kIfNotExists,
  kInitialStart,
  kTimezone,
  kIncludeTieredData,
  kBucketsPerBatch,
  kMaxBatches,
  kNewestFirst
};

Target aggregate_target(FunctionCallInfo fcinfo) {
  const Target target = policy_target(fcinfo, kAggregate);
  if (target.is_aggregate) return target;
  const char* name = pg::call([&] { return get_rel_name(target.relation); });
  throw pg::SqlError(ERRCODE_INVALID_PARAMETER_VALUE,
                     "\"" + std::string(name) + "\" is not a continuous aggregate");
}

std::optional<std::int64_t> bound_of(const Offset& offset) {
  return offset.is_null ? std::nullopt : std::optional(offset.length);
}

const char* integer_json(FunctionCallInfo fcinfo, int position) {
  return PG_ARGISNULL(position) ? nullptr : psprintf("%d", PG_GETARG_INT32(position));
}

const char* boolean_json(FunctionCallInfo fcinfo, int position) {
  return PG_ARGISNULL(position) ? nullptr : PG_GETARG_BOOL(position) ? "true" : "false";
}

void require_not_negative(FunctionCallInfo fcinfo, int position, const char* name) {
  if (PG_ARGISNULL(position) || PG_GETARG_INT32(position) >= 0) return;
  throw pg::SqlError(ERRCODE_INVALID_PARAMETER_VALUE, std::string(name) + " must not be negative");
}

/// Another policy of the aggregate whose window has times in common with this one; 0 for none.
std::int32_t overlapping_policy(const Target& target, const RefreshWindow& window) {
  return pg::call([&] {
    return as_catalog_owner([&]() -> std::int32_t {
      const std::uint64_t count =
          execute(target.is_integer ? R"(
              SELECT id, (config ->> 'start_offset')::bigint, (config ->> 'end_offset')::bigint FROM varve_catalog.job
              WHERE relation = $1::oid AND proc_schema = '_timescaledb_functions' AND proc_name = $2)"
                                    : R"(
              SELECT id, (config ->> 'start_offset')::interval, (config ->> 'end_offset')::interval FROM varve_catalog.job
              WHERE relation = $1::oid AND proc_schema = '_timescaledb_functions' AND proc_name = $2)",
                  {{OIDOID, ObjectIdGetDatum(target.relation)}, Argument::text(kProcedure)});
      for (std::uint64_t i = 0; i < count; ++i) {
        const auto bound = [&](int number) -> std::optional<std::int64_t> {
          bool is_null = false;
          const Datum value = column(i, number, &is_null);
          if (is_null) return std::nullopt;
          return target.is_integer ? DatumGetInt64(value)
                                   : microseconds_of(*DatumGetIntervalP(value));
        };
        if (overlap(window, {bound(2), bound(3)})) return DatumGetInt32(column(i, 1));
      }
      return 0;
    });
  });
}

bool is_same(std::int32_t job_id, const char* config) {
  return pg::call([&] {
    return as_catalog_owner([&] {
      return execute("SELECT FROM varve_catalog.job WHERE id = $1 AND config = $2::jsonb",
                     {Argument::integer(job_id), Argument::text(config)}) > 0;
    });
  });
}

/// What to do about another policy on the same times; true where this one is to be skipped.
bool meets(const Target& target, std::int32_t other, const char* config, bool if_not_exists) {
  const bool same = is_same(other, config);
  pg::call([&] {
    const char* name = get_rel_name(target.relation);
    if (!if_not_exists && same) {
      ereport(ERROR, (errcode(ERRCODE_DUPLICATE_OBJECT),
                      errmsg("\"%s\" has this refresh policy already, as job %d", name, other)));
    }
    if (!if_not_exists) {
      ereport(ERROR, (errcode(ERRCODE_INVALID_PARAMETER_VALUE),
                      errmsg("refresh policies of \"%s\" must not overlap", name),
                      errdetail("Job %d refreshes some of these times.", other)));
    }
    ereport(same ? NOTICE : WARNING,
            (same ? errmsg("\"%s\" has a refresh policy already, skipping", name)
                  : errmsg("\"%s\" has a refresh policy already, with other arguments", name)));
  });
  return true;
}

Datum add_refresh(FunctionCallInfo fcinfo) {
  pg::call([] { PreventCommandIfReadOnly("add_continuous_aggregate_policy()"); });
  const Target target = aggregate_target(fcinfo);
  const Offset start = offset_argument(fcinfo, kStartOffset, "start_offset", target);
  const Offset end = offset_argument(fcinfo, kEndOffset, "end_offset", target);
  if (PG_ARGISNULL(kScheduleInterval)) {
    throw pg::SqlError(ERRCODE_INVALID_PARAMETER_VALUE, "schedule interval must not be null");
  }
  require_not_negative(fcinfo, kBucketsPerBatch, "buckets_per_batch");
  require_not_negative(fcinfo, kMaxBatches, "max_batches_per_execution");
  const RefreshWindow window = {bound_of(start), bound_of(end)};
  if (!holds_buckets(window, target.bucket_width, 2)) {
    throw pg::SqlError(ERRCODE_INVALID_PARAMETER_VALUE, "the window of the policy is too small",
                       "From start_offset to end_offset it must hold two buckets, so that it holds "
                       "a whole one at any time.");
  }
  const char* config = pg::call([&] {
    return json_object({{"mat_hypertable_id", psprintf("%d", target.hypertable_id)},
                        {"start_offset", start.is_null ? "null" : start.json},
                        {"end_offset", end.is_null ? "null" : end.json},
                        {"include_tiered_data", boolean_json(fcinfo, kIncludeTieredData)},
                        {"buckets_per_batch", integer_json(fcinfo, kBucketsPerBatch)},
                        {"max_batches_per_execution", integer_json(fcinfo, kMaxBatches)},
                        {"refresh_newest_first", boolean_json(fcinfo, kNewestFirst)}});
  });
  const bool if_not_exists = !PG_ARGISNULL(kIfNotExists) && PG_GETARG_BOOL(kIfNotExists);
  if (const std::int32_t other = overlapping_policy(target, window);
      other != 0 && meets(target, other, config, if_not_exists)) {
    return Int32GetDatum(-1);
  }
  const Policy policy = {.procedure = kProcedure,
                         .words = kWords,
                         .title = "Refresh Continuous Aggregate Policy",
                         .config = config,
                         .schedule_interval = *PG_GETARG_INTERVAL_P(kScheduleInterval)};
  return Int32GetDatum(insert_policy(fcinfo, target, policy, kInitialStart, kTimezone));
}

}  // namespace
}  // namespace varve::job

// add_continuous_aggregate_policy(continuous_aggregate regclass, start_offset "any",
//     end_offset "any", schedule_interval interval, if_not_exists boolean,
//     initial_start timestamptz, timezone text, include_tiered_data boolean,
//     buckets_per_batch integer, max_batches_per_execution integer, refresh_newest_first boolean)
//   returns integer
VARVE_SQL_FUNCTION(varve_add_refresh_policy) { return varve::job::add_refresh(fcinfo); }

// remove_continuous_aggregate_policy(continuous_aggregate regclass, if_not_exists boolean,
//                                    if_exists boolean) returns void
VARVE_SQL_FUNCTION(varve_remove_refresh_policy) {
  varve::pg::call([] { PreventCommandIfReadOnly("remove_continuous_aggregate_policy()"); });
  const auto given = [&](int position) {
    return !PG_ARGISNULL(position) && PG_GETARG_BOOL(position);
  };
  varve::job::remove_policy(varve::job::aggregate_target(fcinfo), varve::job::kProcedure,
                            varve::job::kWords, given(1) || given(2));
  PG_RETURN_VOID();
}
