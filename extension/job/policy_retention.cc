// add_retention_policy(), remove_retention_policy(), and dropping one chunk.
#include "extension/catalog/chunk_table.h"
#include "extension/catalog/hypertable_table.h"
#include "extension/chunk/divided_slice.h"
#include "extension/chunk/drop.h"
#include "extension/chunk/unlink.h"
#include "extension/job/catalog_sql.h"
#include "extension/job/policy.h"

#include "extension/pg/boundary.h"
extern "C" {
#include <catalog/objectaddress.h>
#include <miscadmin.h>
#include <storage/lmgr.h>
#include <tcop/utility.h>
#include <utils/acl.h>
#include <utils/lsyscache.h>
#include <utils/timestamp.h>
}

namespace varve::job {
namespace {

constexpr const char* kProcedure = "policy_retention";
constexpr const char* kWords = "retention policy";
constexpr Interval kDay = {0, 1, 0};

enum AddArgument {
  kRelation,
  kDropAfter,
  kIfNotExists,
  kScheduleInterval,
  kInitialStart,
  kTimezone,
  kDropCreatedBefore
};

Datum add_retention(FunctionCallInfo fcinfo) {
  pg::call([] { PreventCommandIfReadOnly("add_retention_policy()"); });
  const Target target = policy_target(fcinfo, kRelation);
  const Offset after = offset_argument(fcinfo, kDropAfter, "drop_after", target);
  const Offset created = interval_argument(fcinfo, kDropCreatedBefore);
  if (after.is_null == created.is_null) {
    throw pg::SqlError(ERRCODE_INVALID_PARAMETER_VALUE,
                       "a retention policy needs either drop_after or drop_created_before");
  }
  if (after.length < 0 || created.length < 0) {
    // Rows to come would go as they arrive.
    throw pg::SqlError(ERRCODE_INVALID_PARAMETER_VALUE,
                       "the age at which chunks are dropped must not be negative");
  }
  if (created.is_null) require_integer_now(target);
  const char* config = pg::call([&] {
    return json_object({{"hypertable_id", psprintf("%d", target.hypertable_id)},
                        {"drop_after", after.json},
                        {"drop_created_before", created.json}});
  });
  const Policy policy = {.procedure = kProcedure,
                         .words = kWords,
                         .title = "Retention Policy",
                         .config = config,
                         .schedule_interval = PG_ARGISNULL(kScheduleInterval)
                                                  ? kDay
                                                  : *PG_GETARG_INTERVAL_P(kScheduleInterval)};
  return add_policy(fcinfo, target, policy, kIfNotExists, kInitialStart, kTimezone);
}

/// What is known once the chunk is locked: nobody writes into it any more. C API.
void refuse_where_needed(const catalog::Chunk& chunk) {
  const MemoryContext memory = CurrentMemoryContext;
  const char* reason = as_catalog_owner([&]() -> const char* {
    execute("SELECT varve_catalog.aggregate_needs_words($1, $2, $3)",
            {Argument::integer(chunk.hypertable_id),
             {INT8OID, Int64GetDatum(chunk.slice.begin)},
             {INT8OID, Int64GetDatum(chunk.slice.end)}});
    bool is_null = false;
    const Datum words = column(0, 1, &is_null);
    return is_null ? nullptr : MemoryContextStrdup(memory, TextDatumGetCString(words));
  });
  if (reason == nullptr) return;
  ereport(ERROR, (errcode(ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE), errmsg("%s", reason),
                  errhint("Refresh it, or drop what it needs by the option drop_needed of the "
                          "policy's configuration.")));
}

/// With the chunk all of its slice goes. While we waited for the lock, it may have gone, or been
/// joined with a later one.
bool drop_one(Oid relation, std::int64_t range_end, bool unless_needed) {
  const auto row = catalog::ChunkTable::find(relation);
  if (!row) return false;
  const auto hypertable = catalog::HypertableTable::find_by_id(row->hypertable_id);
  if (!hypertable) return false;
  const Oid part = pg::call([&] {
    PreventCommandIfReadOnly("drop_chunk()");
    if (!pg_class_ownercheck(hypertable->relation, GetUserId())) {
      aclcheck_error(ACLCHECK_NOT_OWNER, OBJECT_TABLE, get_rel_name(hypertable->relation));
    }
    LockRelationOid(hypertable->relation, AccessShareLock);
    const Oid found = chunk::part_of_hypertable(relation, hypertable->relation);
    if (OidIsValid(found)) LockRelationOid(found, AccessExclusiveLock);
    return found;
  });
  if (!OidIsValid(part)) return false;
  const auto now = catalog::ChunkTable::find(relation);
  if (!now || now->slice.end > range_end) return false;
  return pg::call([&] {
    if (!chunk::is_partition_of(part, hypertable->relation)) return false;
    if (unless_needed) refuse_where_needed(*now);
    chunk::drop(hypertable->relation, part, true);
    return true;
  });
}

}  // namespace
}  // namespace varve::job

// add_retention_policy(relation regclass, drop_after "any", if_not_exists boolean,
//                      schedule_interval interval, initial_start timestamptz, timezone text,
//                      drop_created_before interval) returns integer
VARVE_SQL_FUNCTION(varve_add_retention_policy) { return varve::job::add_retention(fcinfo); }

// remove_retention_policy(relation regclass, if_exists boolean) returns void
VARVE_SQL_FUNCTION(varve_remove_retention_policy) {
  varve::pg::call([] { PreventCommandIfReadOnly("remove_retention_policy()"); });
  varve::job::remove_policy(varve::job::policy_target(fcinfo, 0), varve::job::kProcedure,
                            varve::job::kWords, !PG_ARGISNULL(1) && PG_GETARG_BOOL(1));
  PG_RETURN_VOID();
}

// drop_chunk(chunk regclass, range_end bigint, unless_needed boolean) returns boolean
VARVE_SQL_FUNCTION(varve_drop_one_chunk) {
  PG_RETURN_BOOL(varve::job::drop_one(PG_GETARG_OID(0), PG_GETARG_INT64(1), PG_GETARG_BOOL(2)));
}
