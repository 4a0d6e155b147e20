// time_bucket(): arguments, kernel/calendar, result. extension/sql/50_time_bucket.sql has the
// overloads; timestamp and timestamptz share their functions, since without a zone the clock is
// UTC's.
#include <cstring>
#include <limits>

#include "kernel/calendar/bucket.h"

#include "extension/function/same_text.h"
#include "extension/function/uuid.h"
#include "extension/function/zone.h"

#include "extension/pg/boundary.h"
extern "C" {
#include <utils/date.h>
#include <utils/timestamp.h>
}

namespace varve::function {
namespace {

using calendar::Duration;
using calendar::Grid;
using calendar::LocalDay;
using calendar::LocalTime;
using calendar::Span;
using calendar::TimePoint;

Span span_of(const Interval& interval) {
  return {.months = interval.month, .days = interval.day, .time = Duration(interval.time)};
}

LocalTime local_time(Timestamp timestamp) { return LocalTime(Duration(timestamp)); }
LocalDay local_day(DateADT date) { return LocalDay(std::chrono::days(date)); }

void check_finite_origin(bool finite) {
  if (!finite) throw Error(ErrorKind::kInvalidArgument, "origin must be finite");
}

LocalTime origin_of(Timestamp origin) {
  check_finite_origin(!TIMESTAMP_NOT_FINITE(origin));
  return local_time(origin);
}

Timestamp bucket_timestamp(Timestamp time, const Grid<LocalTime>& grid) {
  if (TIMESTAMP_NOT_FINITE(time)) return time;
  return calendar::bucket_start(local_time(time), grid).time_since_epoch().count();
}

DateADT bucket_date(DateADT date, const Grid<LocalDay>& grid) {
  if (DATE_NOT_FINITE(date)) return date;
  const LocalDay start = calendar::bucket_start(local_day(date), grid);
  return static_cast<DateADT>(start.time_since_epoch().count());
}

template <class Integer>
Integer bucket_integer(Integer value, Integer width, Integer origin) {
  const std::int64_t start = calendar::bucket_start(std::int64_t{value}, width, origin);
  if (start < std::numeric_limits<Integer>::min()) {
    throw Error(ErrorKind::kOutOfRange, "bucket starts below the range of the type");
  }
  return static_cast<Integer>(start);
}

/// The zone a call site used last; nearly always the only one.
struct ZoneSlot {
  PgZone zone;
  const text* name;
};

const PgZone& zone_named(const text* name, FmgrInfo& call_site) {
  auto* slot = static_cast<ZoneSlot*>(call_site.fn_extra);
  if (slot != nullptr && same_text(slot->name, name)) return slot->zone;
  const pg_tz* zone = PgZone::find(name);
  const auto memory = pg::call([&]() -> ZoneSlot* {
    auto* fresh = static_cast<ZoneSlot*>(
        MemoryContextAlloc(call_site.fn_mcxt, sizeof(ZoneSlot) + VARSIZE_ANY(name)));
    std::memcpy(static_cast<void*>(fresh + 1), name, VARSIZE_ANY(name));
    return fresh;
  });
  call_site.fn_extra =
      new (memory) ZoneSlot{PgZone(zone), reinterpret_cast<const text*>(memory + 1)};
  if (slot != nullptr) pfree(slot);
  return static_cast<ZoneSlot*>(call_site.fn_extra)->zone;
}

/// Arguments 2 to 4 of the form with a zone, each of which may be NULL: timezone, origin, offset.
TimestampTz bucket_in_zone(const Interval& width, TimestampTz time, FunctionCallInfo fcinfo) {
  if (TIMESTAMP_NOT_FINITE(time)) return time;
  const PgZone& zone = zone_named(PG_GETARG_TEXT_PP(2), *fcinfo->flinfo);
  Grid<LocalTime> grid{.width = span_of(width)};
  if (!PG_ARGISNULL(3)) {
    const LocalTime origin = origin_of(PG_GETARG_TIMESTAMPTZ(3));
    grid.origin = zone.local_of(TimePoint(origin.time_since_epoch()));
  }
  if (!PG_ARGISNULL(4)) grid.offset = span_of(*PG_GETARG_INTERVAL_P(4));
  const TimePoint instant{Duration(time)};
  return calendar::bucket_start(instant, grid, zone).time_since_epoch().count();
}

}  // namespace

// time_bucket(bucket_width interval, ts timestamp | timestamptz)
VARVE_SQL_FUNCTION(varve_time_bucket_timestamp) {
  const Span width = span_of(*PG_GETARG_INTERVAL_P(0));
  PG_RETURN_TIMESTAMP(bucket_timestamp(PG_GETARG_TIMESTAMP(1), {.width = width}));
}

// time_bucket(bucket_width interval, ts timestamp | timestamptz, origin timestamp | timestamptz)
VARVE_SQL_FUNCTION(varve_time_bucket_timestamp_origin) {
  const Span width = span_of(*PG_GETARG_INTERVAL_P(0));
  const LocalTime origin = origin_of(PG_GETARG_TIMESTAMP(2));
  PG_RETURN_TIMESTAMP(bucket_timestamp(PG_GETARG_TIMESTAMP(1), {.width = width, .origin = origin}));
}

// time_bucket(bucket_width interval, ts timestamp | timestamptz, "offset" interval)
VARVE_SQL_FUNCTION(varve_time_bucket_timestamp_offset) {
  const Span width = span_of(*PG_GETARG_INTERVAL_P(0));
  const Span offset = span_of(*PG_GETARG_INTERVAL_P(2));
  PG_RETURN_TIMESTAMP(bucket_timestamp(PG_GETARG_TIMESTAMP(1), {.width = width, .offset = offset}));
}

// time_bucket(bucket_width interval, ts timestamptz, timezone text, origin timestamptz,
//             "offset" interval); not strict
VARVE_SQL_FUNCTION(varve_time_bucket_zone) {
  if (PG_ARGISNULL(0) || PG_ARGISNULL(1) || PG_ARGISNULL(2)) PG_RETURN_NULL();
  PG_RETURN_TIMESTAMPTZ(bucket_in_zone(*PG_GETARG_INTERVAL_P(0), PG_GETARG_TIMESTAMPTZ(1), fcinfo));
}

// time_bucket(bucket_width interval, ts date)
VARVE_SQL_FUNCTION(varve_time_bucket_date) {
  const Span width = span_of(*PG_GETARG_INTERVAL_P(0));
  PG_RETURN_DATEADT(bucket_date(PG_GETARG_DATEADT(1), {.width = width}));
}

// time_bucket(bucket_width interval, ts date, origin date)
VARVE_SQL_FUNCTION(varve_time_bucket_date_origin) {
  const Span width = span_of(*PG_GETARG_INTERVAL_P(0));
  const DateADT origin = PG_GETARG_DATEADT(2);
  check_finite_origin(!DATE_NOT_FINITE(origin));
  PG_RETURN_DATEADT(
      bucket_date(PG_GETARG_DATEADT(1), {.width = width, .origin = local_day(origin)}));
}

// time_bucket(bucket_width interval, ts date, "offset" interval)
VARVE_SQL_FUNCTION(varve_time_bucket_date_offset) {
  const Span width = span_of(*PG_GETARG_INTERVAL_P(0));
  const Span offset = span_of(*PG_GETARG_INTERVAL_P(2));
  PG_RETURN_DATEADT(bucket_date(PG_GETARG_DATEADT(1), {.width = width, .offset = offset}));
}

// time_bucket(bucket_width interval, ts uuid)
VARVE_SQL_FUNCTION(varve_time_bucket_uuid) {
  const Span width = span_of(*PG_GETARG_INTERVAL_P(0));
  PG_RETURN_TIMESTAMPTZ(bucket_timestamp(required_time_of(*PG_GETARG_UUID_P(1)), {.width = width}));
}

// time_bucket(bucket_width interval, ts uuid, origin timestamptz)
VARVE_SQL_FUNCTION(varve_time_bucket_uuid_origin) {
  const Span width = span_of(*PG_GETARG_INTERVAL_P(0));
  const LocalTime origin = origin_of(PG_GETARG_TIMESTAMPTZ(2));
  PG_RETURN_TIMESTAMPTZ(
      bucket_timestamp(required_time_of(*PG_GETARG_UUID_P(1)), {.width = width, .origin = origin}));
}

// time_bucket(bucket_width interval, ts uuid, "offset" interval)
VARVE_SQL_FUNCTION(varve_time_bucket_uuid_offset) {
  const Span width = span_of(*PG_GETARG_INTERVAL_P(0));
  const Span offset = span_of(*PG_GETARG_INTERVAL_P(2));
  PG_RETURN_TIMESTAMPTZ(
      bucket_timestamp(required_time_of(*PG_GETARG_UUID_P(1)), {.width = width, .offset = offset}));
}

// time_bucket(bucket_width interval, ts uuid, timezone text, origin timestamptz, "offset" interval)
VARVE_SQL_FUNCTION(varve_time_bucket_uuid_zone) {
  if (PG_ARGISNULL(0) || PG_ARGISNULL(1) || PG_ARGISNULL(2)) PG_RETURN_NULL();
  const TimestampTz time = required_time_of(*PG_GETARG_UUID_P(1));
  PG_RETURN_TIMESTAMPTZ(bucket_in_zone(*PG_GETARG_INTERVAL_P(0), time, fcinfo));
}

// time_bucket(bucket_width smallint, ts smallint [, "offset" smallint]); int and bigint alike
VARVE_SQL_FUNCTION(varve_time_bucket_int16) {
  const int16 offset = PG_NARGS() > 2 ? PG_GETARG_INT16(2) : int16{0};
  PG_RETURN_INT16(bucket_integer(PG_GETARG_INT16(1), PG_GETARG_INT16(0), offset));
}
VARVE_SQL_FUNCTION(varve_time_bucket_int32) {
  const int32 offset = PG_NARGS() > 2 ? PG_GETARG_INT32(2) : 0;
  PG_RETURN_INT32(bucket_integer(PG_GETARG_INT32(1), PG_GETARG_INT32(0), offset));
}
VARVE_SQL_FUNCTION(varve_time_bucket_int64) {
  const int64 offset = PG_NARGS() > 2 ? PG_GETARG_INT64(2) : 0;
  PG_RETURN_INT64(bucket_integer(PG_GETARG_INT64(1), PG_GETARG_INT64(0), offset));
}

}  // namespace varve::function
