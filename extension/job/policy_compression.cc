// add_compression_policy(), add_columnstore_policy(), add_compaction_policy() and those that remove
// them.
#include <algorithm>
#include <string>

#include "extension/catalog/hypertable_table.h"
#include "extension/columnstore/settings.h"
#include "extension/job/policy.h"

#include "extension/pg/boundary.h"
extern "C" {
#include <miscadmin.h>
#include <utils/lsyscache.h>
#include <utils/timestamp.h>
}

namespace varve::job {
namespace {

constexpr const char* kProcedure = "policy_compression";
constexpr const char* kWords = "columnstore policy";
constexpr const char* kCompaction = "policy_compaction";
constexpr const char* kCompactionWords = "compaction policy";
constexpr Interval kDay = {0, 1, 0};
constexpr Interval kFiveMinutes = {5 * USECS_PER_MINUTE, 0, 0};

enum AddArgument {
  kHypertable,
  kAfter,
  kIfNotExists,
  kScheduleInterval,
  kInitialStart,
  kTimezone,
  kCreatedBefore
};

enum CompactionArgument {
  kCompactedHypertable,
  kCompactionIfNotExists,
  kCompactionInterval,
  kCompactionInitialStart,
  kCompactionTimezone,
  kMaxChunks,
  kMaxBatches,
  kInactiveFor
};

/// Often enough that a chunk is at most half its length late.
Interval default_schedule(const Target& target) {
  if (target.is_integer) return kDay;
  const auto row = catalog::HypertableTable::find_by_id(target.hypertable_id);
  return {std::min<TimeOffset>(12 * USECS_PER_HOUR, row->chunk_interval / 2), 0, 0};
}

void require_enabled(const Target& target) {
  const bool is_enabled =
      pg::call([&] { return columnstore::settings_of(target.hypertable_id).is_enabled; });
  if (is_enabled) return;
  const char* name = pg::call([&] { return get_rel_name(target.relation); });
  throw pg::SqlError(ERRCODE_FEATURE_NOT_SUPPORTED,
                     "columnstore is not enabled for \"" + std::string(name) + "\"", {},
                     "ALTER TABLE ... SET (tsdb.enable_columnstore) enables it.");
}

/// `after` is what the first argument is called in messages.
Datum add(FunctionCallInfo fcinfo, const char* function, const char* after) {
  pg::call([&] { PreventCommandIfReadOnly(function); });
  const Target target = policy_target(fcinfo, kHypertable);
  require_enabled(target);
  const Offset age = offset_argument(fcinfo, kAfter, after, target);
  const Offset created = interval_argument(fcinfo, kCreatedBefore);
  if (age.is_null == created.is_null) {
    throw pg::SqlError(ERRCODE_INVALID_PARAMETER_VALUE,
                       "a columnstore policy needs either an age of rows or one of chunks");
  }
  if (created.is_null) require_integer_now(target);
  const char* config = pg::call([&] {
    return json_object({{"hypertable_id", psprintf("%d", target.hypertable_id)},
                        {"compress_after", age.json},
                        {"compress_created_before", created.json}});
  });
  const Policy policy = {.procedure = kProcedure,
                         .words = kWords,
                         .title = "Columnstore Policy",
                         .config = config,
                         .schedule_interval = PG_ARGISNULL(kScheduleInterval)
                                                  ? default_schedule(target)
                                                  : *PG_GETARG_INTERVAL_P(kScheduleInterval)};
  return add_policy(fcinfo, target, policy, kIfNotExists, kInitialStart, kTimezone);
}

/// Argument `position` as JSON; null for null. Throws SqlError where it is negative.
const char* count_json(FunctionCallInfo fcinfo, int position, const char* name) {
  if (PG_ARGISNULL(position)) return nullptr;
  const std::int32_t count = PG_GETARG_INT32(position);
  if (count < 0) {
    throw pg::SqlError(ERRCODE_INVALID_PARAMETER_VALUE,
                       std::string(name) + " must not be negative");
  }
  return pg::call([&] { return psprintf("%d", count); });
}

Datum add_compaction(FunctionCallInfo fcinfo) {
  pg::call([] { PreventCommandIfReadOnly("add_compaction_policy()"); });
  const Target target = policy_target(fcinfo, kCompactedHypertable);
  require_enabled(target);
  const Offset inactive = interval_argument(fcinfo, kInactiveFor);
  const char* max_chunks = count_json(fcinfo, kMaxChunks, "max_chunks");
  const char* max_batches = count_json(fcinfo, kMaxBatches, "max_batches");
  const char* config = pg::call([&] {
    return json_object({{"hypertable_id", psprintf("%d", target.hypertable_id)},
                        {"max_chunks", max_chunks},
                        {"max_batches", max_batches},
                        {"inactive_for", inactive.json}});
  });
  const Policy policy = {.procedure = kCompaction,
                         .words = kCompactionWords,
                         .title = "Compaction Policy",
                         .config = config,
                         .schedule_interval = PG_ARGISNULL(kCompactionInterval)
                                                  ? kFiveMinutes
                                                  : *PG_GETARG_INTERVAL_P(kCompactionInterval)};
  return add_policy(fcinfo, target, policy, kCompactionIfNotExists, kCompactionInitialStart,
                    kCompactionTimezone);
}

void remove(FunctionCallInfo fcinfo, const char* function, const char* procedure,
            const char* words) {
  pg::call([&] { PreventCommandIfReadOnly(function); });
  remove_policy(policy_target(fcinfo, kHypertable), procedure, words,
                !PG_ARGISNULL(1) && PG_GETARG_BOOL(1));
}

}  // namespace
}  // namespace varve::job

// add_compression_policy(hypertable regclass, compress_after "any", if_not_exists boolean,
//     schedule_interval interval, initial_start timestamptz, timezone text,
//     compress_created_before interval) returns integer
VARVE_SQL_FUNCTION(varve_add_compression_policy) {
  return varve::job::add(fcinfo, "add_compression_policy()", "compress_after");
}

// add_columnstore_policy(hypertable regclass, after "any", if_not_exists boolean,
//     schedule_interval interval, initial_start timestamptz, timezone text, created_before
//     interval)
VARVE_SQL_FUNCTION(varve_add_columnstore_policy) {
  varve::job::add(fcinfo, "add_columnstore_policy()", "after");
  PG_RETURN_VOID();
}

// remove_compression_policy(hypertable regclass, if_exists boolean) returns boolean
VARVE_SQL_FUNCTION(varve_remove_compression_policy) {
  varve::job::remove(fcinfo, "remove_compression_policy()", varve::job::kProcedure,
                     varve::job::kWords);
  PG_RETURN_BOOL(true);
}

// remove_columnstore_policy(hypertable regclass, if_exists boolean)
VARVE_SQL_FUNCTION(varve_remove_columnstore_policy) {
  varve::job::remove(fcinfo, "remove_columnstore_policy()", varve::job::kProcedure,
                     varve::job::kWords);
  PG_RETURN_VOID();
}

// add_compaction_policy(hypertable regclass, if_not_exists boolean, schedule_interval interval,
//     initial_start timestamptz, timezone text, max_chunks integer, max_batches integer,
//     inactive_for interval) returns integer
VARVE_SQL_FUNCTION(varve_add_compaction_policy) { return varve::job::add_compaction(fcinfo); }

// remove_compaction_policy(hypertable regclass, if_exists boolean) returns boolean
VARVE_SQL_FUNCTION(varve_remove_compaction_policy) {
  varve::job::remove(fcinfo, "remove_compaction_policy()", varve::job::kCompaction,
                     varve::job::kCompactionWords);
  PG_RETURN_BOOL(true);
}
