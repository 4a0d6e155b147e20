#include "extension/function/uuid.h"

#include "extension/pg/boundary.h"
extern "C" {
#include <port.h>
}

namespace varve::function {
namespace {

constexpr std::int64_t kUnixEpochUs =
    std::int64_t{POSTGRES_EPOCH_JDATE - UNIX_EPOCH_JDATE} * USECS_PER_DAY;
constexpr std::int64_t kEndMs = std::int64_t{1} << 48;
constexpr std::int64_t kFractions = 4096;  // of a millisecond

int version_of(const pg_uuid_t& uuid) { return uuid.data[6] >> 4; }
bool is_rfc_variant(const pg_uuid_t& uuid) { return uuid.data[8] >> 6 == 0b10; }
bool has_time(const pg_uuid_t& uuid) { return version_of(uuid) == 7 && is_rfc_variant(uuid); }

/// Microseconds behind the millisecond. Rounds up, as put_time() rounds down: what went in comes
/// out.
std::int64_t us_of_ms(const pg_uuid_t& uuid) {
  const std::int64_t fraction = (uuid.data[6] & 0x0f) << 8 | uuid.data[7];
  return (fraction * 1000 + kFractions - 1) / kFractions;
}

/// Sets the time, the version and the variant; keeps what is below them.
void put_time(pg_uuid_t& uuid, TimestampTz time) {
  std::int64_t unix_us = 0;
  if (TIMESTAMP_NOT_FINITE(time) || __builtin_add_overflow(time, kUnixEpochUs, &unix_us) ||
      unix_us < 0 || unix_us / 1000 >= kEndMs) {
    throw Error(ErrorKind::kTimeOutOfRange, "a uuid of version 7 holds times from 1970 to 10889");
  }
  const std::int64_t ms = unix_us / 1000;
  const std::int64_t fraction = unix_us % 1000 * kFractions / 1000;
  for (int i = 0; i < 6; ++i) uuid.data[i] = static_cast<unsigned char>(ms >> (40 - 8 * i));
  uuid.data[6] = static_cast<unsigned char>(0x70 | fraction >> 8);
  uuid.data[7] = static_cast<unsigned char>(fraction);
  uuid.data[8] = static_cast<unsigned char>(0x80 | (uuid.data[8] & 0x3f));
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
  put_time(*uuid, time);
  return uuid;
}

}  // namespace

std::optional<TimestampTz> time_of(const pg_uuid_t& uuid) {
  if (!has_time(uuid)) return std::nullopt;
  std::int64_t ms = 0;
  for (int i = 0; i < 6; ++i) ms = ms << 8 | uuid.data[i];
  return ms * 1000 - kUnixEpochUs;
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
  const auto time = time_of(uuid);
  if (!time) PG_RETURN_NULL();
  PG_RETURN_TIMESTAMPTZ(*time + us_of_ms(uuid));
}

// uuid_version(uuid) returns int
VARVE_SQL_FUNCTION(varve_uuid_version) { PG_RETURN_INT32(version_of(*PG_GETARG_UUID_P(0))); }

}  // namespace varve::function
