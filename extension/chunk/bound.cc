#include "extension/chunk/bound.h"

#include <string>

#include "extension/chunk/coordinate.h"
#include "extension/chunk/integer_now.h"

#include "extension/pg/boundary.h"
extern "C" {
#include <access/xact.h>
#include <catalog/pg_type.h>
#include <utils/builtins.h>
#include <utils/date.h>
#include <utils/datetime.h>
#include <utils/lsyscache.h>
#include <utils/timestamp.h>
}

namespace varve::chunk {
namespace {

bool is_integer(Oid type) { return type == INT2OID || type == INT4OID || type == INT8OID; }

bool is_text(Oid type) { return type == UNKNOWNOID || type == TEXTOID || type == VARCHAROID; }

Datum timestamp_now() {
  return DirectFunctionCall1(timestamptz_timestamp,
                             TimestampTzGetDatum(GetCurrentTransactionStartTimestamp()));
}

/// `value` of a time type or an interval in the time line of the dimension: UTC for timestamptz,
/// local time as if it were UTC for timestamp and date.
std::int64_t time_of(Datum value, Oid type, bool is_utc) {
  switch (type) {
    case INTERVALOID:
      return DatumGetInt64(
          is_utc ? DirectFunctionCall2(timestamptz_mi_interval,
                                       TimestampTzGetDatum(GetCurrentTransactionStartTimestamp()),
                                       value)
                 : DirectFunctionCall2(timestamp_mi_interval, timestamp_now(), value));
    case DATEOID:
      return DatumGetInt64(DirectFunctionCall1(is_utc ? date_timestamptz : date_timestamp, value));
    case TIMESTAMPOID:
      return DatumGetInt64(is_utc ? DirectFunctionCall1(timestamp_timestamptz, value) : value);
    default:
      return DatumGetInt64(is_utc ? value : DirectFunctionCall1(timestamptz_timestamp, value));
  }
}

/// Whether the text is an interval and no point in time.
bool reads_as_interval(const char* text) {
  char buffer[MAXDATELEN + MAXDATEFIELDS];
  char* fields[MAXDATEFIELDS];
  int kinds[MAXDATEFIELDS];
  int count = 0;
  int kind = 0;
  struct pg_tm parts;
  fsec_t fraction = 0;
  int zone = 0;
  const auto split = [&] {
    return ParseDateTime(text, buffer, sizeof buffer, fields, kinds, MAXDATEFIELDS, &count) == 0;
  };
  if (split() && DecodeDateTime(fields, kinds, count, &kind, &parts, &fraction, &zone) == 0) {
    return false;
  }
  struct pg_itm_in length;
  if (split() && DecodeInterval(fields, kinds, count, INTERVAL_FULL_RANGE, &kind, &length) == 0) {
    return true;
  }
  return text[0] == 'P';  // ISO 8601, which has no other use for the letter
}

std::int64_t time_of_text(char* text, bool is_utc) {
  const bool is_interval = reads_as_interval(text);
  const Oid type = is_interval ? INTERVALOID : is_utc ? TIMESTAMPTZOID : TIMESTAMPOID;
  PGFunction input = is_interval ? interval_in : is_utc ? timestamptz_in : timestamp_in;
  const Datum value = DirectFunctionCall3(input, CStringGetDatum(text),
                                          ObjectIdGetDatum(InvalidOid), Int32GetDatum(-1));
  return time_of(value, type, is_utc);
}

std::int64_t integer_of(Datum value, Oid type) {
  switch (type) {
    case INT2OID: return DatumGetInt16(value);
    case INT4OID: return DatumGetInt32(value);
    default: return DatumGetInt64(value);
  }
}

[[noreturn]] void throw_wrong_type(const char* name, Oid given, Oid dimension) {
  const char* type = pg::call([&] { return format_type_be(given); });
  throw pg::SqlError(ERRCODE_INVALID_PARAMETER_VALUE,
                     "argument \"" + std::string(name) + "\" cannot be of type " + type,
                     is_time_type(dimension)
                         ? "A point in time or an interval is expected."
                         : "The chunks are ranges of integers, so an integer is expected.");
}

std::optional<std::int64_t> bound_of_type(FunctionCallInfo fcinfo, int position, const char* name,
                                          Oid type, const catalog::Hypertable* hypertable) {
  if (PG_ARGISNULL(position)) return std::nullopt;
  const Datum value = PG_GETARG_DATUM(position);
  const Oid given =
      pg::call([&] { return getBaseType(get_fn_expr_argtype(fcinfo->flinfo, position)); });
  const bool is_time = is_time_type(type);
  const bool is_utc = type == TIMESTAMPTZOID || type == UUIDOID;
  if (is_text(given)) {
    return pg::call([&] {
      char* literal = given == UNKNOWNOID ? DatumGetCString(value) : TextDatumGetCString(value);
      return is_time ? time_of_text(literal, is_utc) : pg_strtoint64(literal);
    });
  }
  if (type == UUIDOID && given == UUIDOID) return coordinate_of(value, type);
  if (is_time && given != UUIDOID && (is_time_type(given) || given == INTERVALOID)) {
    return pg::call([&] { return time_of(value, given, is_utc); });
  }
  if (!is_time && is_integer(given)) return integer_of(value, given);
  if (!is_time && given == INTERVALOID && hypertable != nullptr) {
    return integer_before(*hypertable, *DatumGetIntervalP(value));
  }
  throw_wrong_type(name, given, type);
}

}  // namespace

std::optional<std::int64_t> range_bound(FunctionCallInfo fcinfo, int position, const char* name,
                                        const catalog::Hypertable& hypertable) {
  const Oid type = pg::call([&] { return getBaseType(hypertable.column_type); });
  return bound_of_type(fcinfo, position, name, type, &hypertable);
}

std::optional<std::int64_t> creation_bound(FunctionCallInfo fcinfo, int position,
                                           const char* name) {
  return bound_of_type(fcinfo, position, name, TIMESTAMPTZOID, nullptr);
}

}  // namespace varve::chunk
