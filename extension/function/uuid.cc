#include "extension/function/uuid.h"

#include "kernel/calendar/uuid_time.h"

#include "extension/pg/boundary.h"
extern "C" {
#include <port.h>
}

namespace varve::function {
namespace {

constexpr std::int64_t kUnixEpochUs =
    std::int64_t{POSTGRES_EPOCH_JDATE - UNIX_EPOCH_JDATE} * USECS_PER_DAY;
/// Sets the time, the version and the variant; keeps what is below them.
void set_time(pg_uuid_t& uuid, TimestampTz time) {
  std::int64_t unix_us = 0;
  if (TIMESTAMP_NOT_FINITE(time) || __builtin_add_overflow(time, kUnixEpochUs, &unix_us) ||
      unix_us < 0 || unix_us >= calendar::kUuidEnd) {
    throw Error(ErrorKind::kTimeOutOfRange, "a uuid of version 7 holds times from 1970 to 10889");
  }
  calendar::put_time(uuid.data, unix_us);
}

pg_uuid_t* new_uuid() {
  return pg::call([] { return static_cast<pg_uuid_t*>(palloc0(sizeof(pg_uuid_t))); });
}

/// The first UUID of its time, or any.
enum class Tail { kZero, kRandom };

pg_uuid_t* uuid_at(TimestampTz time, Tail tail) {
  pg_uuid_t* uuid = new_uuid();
  if (tail == Tail::kRandom && !pg_strong_random(uuid->data + 8, UUID_LEN - 8)) {
    throw pg::SqlError(ERRCODE_INTERNAL_ERROR, "could not generate random values");
  }
  set_time(*uuid, time);
  return uuid;
}

}  // namespace

std::optional<TimestampTz> time_of(const pg_uuid_t& uuid) {
  if (!calendar::has_uuid_time(uuid.data)) return std::nullopt;
  return calendar::millisecond_of(uuid.data) - kUnixEpochUs;
}

TimestampTz required_time_of(const pg_uuid_t& uuid) {
  const auto time = time_of(uuid);
  if (!time) throw Error(ErrorKind::kInvalidArgument, "uuid is not of version 7 and holds no time");
  return *time;
}

// generate_uuidv7() returns uuid
VARVE_SQL_FUNCTION(varve_generate_uuidv7) {
  PG_RETURN_UUID_P(uuid_at(GetCurrentTimestamp(), Tail::kRandom));
}

// to_uuidv7(ts timestamptz) returns uuid
VARVE_SQL_FUNCTION(varve_to_uuidv7) {
  PG_RETURN_UUID_P(uuid_at(PG_GETARG_TIMESTAMPTZ(0), Tail::kRandom));
}

// to_uuidv7_boundary(ts timestamptz) returns uuid
VARVE_SQL_FUNCTION(varve_to_uuidv7_boundary) {
  PG_RETURN_UUID_P(uuid_at(PG_GETARG_TIMESTAMPTZ(0), Tail::kZero));
}

// uuid_timestamp(uuid) returns timestamptz
VARVE_SQL_FUNCTION(varve_uuid_timestamp) {
  const auto time = time_of(*PG_GETARG_UUID_P(0));
  if (!time) PG_RETURN_NULL();
  PG_RETURN_TIMESTAMPTZ(*time);
}

// uuid_timestamp_micros(uuid) returns timestamptz
VARVE_SQL_FUNCTION(varve_uuid_timestamp_micros) {
  const pg_uuid_t& uuid = *PG_GETARG_UUID_P(0);
  if (!calendar::has_uuid_time(uuid.data)) PG_RETURN_NULL();
  PG_RETURN_TIMESTAMPTZ(calendar::microsecond_of(uuid.data) - kUnixEpochUs);
}

// uuid_version(uuid) returns int
VARVE_SQL_FUNCTION(varve_uuid_version) { PG_RETURN_INT32(PG_GETARG_UUID_P(0)->data[6] >> 4); }

}  // namespace varve::function
