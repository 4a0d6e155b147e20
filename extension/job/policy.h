#pragma once

#include <cstdint>
#include <initializer_list>
#include <utility>

#include "extension/job/definition.h"

#include "extension/pg/postgres.h"

// What policies have in common.
namespace varve::job {

/// What a policy is for.
struct Target {
  Oid relation;                // the hypertable, or the aggregate's view
  std::int32_t hypertable_id;  // of the chunks; an aggregate's are its materialization's
  bool is_aggregate;
  bool is_integer;            // its time
  bool has_integer_now;       // it has a function that gives its present
  std::int64_t bucket_width;  // of an aggregate: microseconds or integers
};

/// The hypertable or continuous aggregate that argument `position` names, which the current user
/// owns. Throws SqlError: null (22023), neither of both (TS001), a materialization (0A000).
Target policy_target(FunctionCallInfo fcinfo, int position);

/// A length of time before now, as a policy's configuration has it.
struct Offset {
  bool is_null = true;
  std::int64_t length = 0;     // microseconds, a month as 30 days, or integers
  const char* json = nullptr;  // a string or a number; null for none
};

/// Argument `position`, of any type. Throws SqlError 22023 where it is not an interval, or for
/// integer time an integer; a literal without a type is read as either.
Offset offset_argument(FunctionCallInfo fcinfo, int position, const char* name,
                       const Target& target);
Offset interval_argument(FunctionCallInfo fcinfo, int position);

/// Integers have no clock of their own. Throws SqlError 22023 where the hypertable has no function
/// that gives its present; an aggregate has that of the table it is of.
void require_integer_now(const Target& target);

/// A policy: a job whose procedure and check are _timescaledb_functions.`procedure` and ..._check.
struct Policy {
  const char* procedure;
  const char* words;  // "retention policy"
  const char* title;  // "Retention Policy"
  const char* config;
  Interval schedule_interval;
};

/// Adds it with the arguments if_not_exists, initial_start and timezone at these positions. Where
/// the table has one: error 42710, or -1 and a notice, or a warning where it differs.
Datum add_policy(FunctionCallInfo fcinfo, const Target& target, const Policy& policy,
                 int if_not_exists, int initial_start, int timezone);

/// The same, where it has been seen that there is none. Returns the id.
std::int32_t insert_policy(FunctionCallInfo fcinfo, const Target& target, const Policy& policy,
                           int initial_start, int timezone);

/// Removes all of the kind. Where there is none: error 42704, or a notice.
void remove_policy(const Target& target, const char* procedure, const char* words, bool if_exists);

/// JSON text of an object; values are JSON, and those that are null are left out. C API.
const char* json_object(std::initializer_list<std::pair<const char*, const char*>> members);

}  // namespace varve::job
