#include "extension/chunk/coordinate.h"

#include <limits>
#include <string>

#include "kernel/calendar/uuid_time.h"

#include "extension/chunk/slice.h"

#include "extension/pg/boundary.h"
extern "C" {
#include <catalog/pg_type.h>
#include <utils/date.h>
#include <utils/lsyscache.h>
#include <utils/timestamp.h>
#include <utils/uuid.h>
}

namespace varve::chunk {
namespace {

template <class Integer>
constexpr Extent all_of() {
  using Limits = std::numeric_limits<Integer>;
  return {Limits::min(), std::int64_t{Limits::max()} + 1};
}

std::int64_t finite(std::int64_t time) {
  // The infinities are the smallest and the largest number.
  if (TIMESTAMP_NOT_FINITE(time)) {
    throw pg::SqlError(ERRCODE_DATETIME_VALUE_OUT_OF_RANGE, "no chunk can hold an infinite time");
  }
  return time;
}

std::int64_t midnight_of(DateADT date) {
  if (DATE_NOT_FINITE(date)) return finite(DATE_IS_NOBEGIN(date) ? DT_NOBEGIN : DT_NOEND);
  if (date >= END_TIMESTAMP / USECS_PER_DAY) {
    throw pg::SqlError(ERRCODE_DATETIME_VALUE_OUT_OF_RANGE, "no chunk can hold so late a date",
                       "Dates of a hypertable end where timestamps end, in the year 294276.");
  }
  return date * USECS_PER_DAY;
}

DateADT first_date_from(std::int64_t time) {
  const std::int64_t day = time / USECS_PER_DAY;  // rounds towards zero
  return static_cast<DateADT>(time > day * USECS_PER_DAY ? day + 1 : day);
}

// Where it sorts, not what its maker meant: routing compares UUIDs.
std::int64_t time_of(const pg_uuid_t& uuid) {
  if (!calendar::has_uuid_time(uuid.data)) {
    throw pg::SqlError(ERRCODE_FEATURE_NOT_SUPPORTED,
                       "no chunk can hold a uuid that is not of version 7",
                       "Others have no time in front.");
  }
  return calendar::sorted_microsecond_of(uuid.data) + kUnixEpoch;
}

Datum first_uuid_of(std::int64_t time) {
  auto* uuid = pg::call([] { return static_cast<pg_uuid_t*>(palloc0(sizeof(pg_uuid_t))); });
  calendar::put_time(uuid->data, time - kUnixEpoch);
  return UUIDPGetDatum(uuid);
}

}  // namespace

bool is_time_type(Oid type) {
  return type == TIMESTAMPTZOID || type == TIMESTAMPOID || type == DATEOID || type == UUIDOID;
}

bool is_dimension_type(Oid type) {
  return is_time_type(type) || type == INT2OID || type == INT4OID || type == INT8OID;
}

Extent extent_of(Oid type) {
  switch (type) {
    case INT2OID: return all_of<std::int16_t>();
    case INT4OID: return all_of<std::int32_t>();
    case INT8OID:
      return {std::numeric_limits<std::int64_t>::min(), std::numeric_limits<std::int64_t>::max()};
    case UUIDOID: return {kUnixEpoch, kUnixEpoch + calendar::kUuidEnd};
    default: return {MIN_TIMESTAMP, END_TIMESTAMP};
  }
}

std::int64_t grid_origin_of(Oid type) { return is_time_type(type) ? kUnixEpoch : 0; }

std::int64_t coordinate_of(Datum value, Oid type) {
  switch (type) {
    case TIMESTAMPTZOID: return finite(DatumGetTimestampTz(value));
    case TIMESTAMPOID: return finite(DatumGetTimestamp(value));
    case DATEOID: return midnight_of(DatumGetDateADT(value));
    case UUIDOID: return time_of(*DatumGetUUIDP(value));
    case INT2OID: return DatumGetInt16(value);
    case INT4OID: return DatumGetInt32(value);
    case INT8OID: {
      const std::int64_t number = DatumGetInt64(value);
      if (number == std::numeric_limits<std::int64_t>::max()) {
        throw pg::SqlError(ERRCODE_NUMERIC_VALUE_OUT_OF_RANGE,
                           "no chunk can hold " + std::to_string(number));
      }
      return number;
    }
    default: throw pg::SqlError(ERRCODE_INTERNAL_ERROR, "not the type of a dimension");
  }
}

Datum datum_of(std::int64_t coordinate, Oid type) {
  switch (type) {
    case DATEOID: return DateADTGetDatum(first_date_from(coordinate));
    case UUIDOID: return first_uuid_of(coordinate);
    case INT2OID: return Int16GetDatum(static_cast<std::int16_t>(coordinate));
    case INT4OID: return Int32GetDatum(static_cast<std::int32_t>(coordinate));
    default: return Int64GetDatum(coordinate);  // bigint, and times are their microseconds
  }
}

void throw_null_coordinate(const catalog::Hypertable& hypertable) {
  const char* name = pg::call([&] { return get_rel_name(hypertable.relation); });
  throw pg::SqlError(ERRCODE_NOT_NULL_VIOLATION,
                     "null value in column \"" + std::string(NameStr(hypertable.column)) +
                         "\" of relation \"" + (name != nullptr ? name : "") +
                         "\" violates not-null constraint");
}

}  // namespace varve::chunk
