#include "extension/hypertable/default_interval.h"

#include <cstring>
#include <limits>

#include "kernel/base/error.h"

#include "extension/hypertable/dimension_info.h"

#include "extension/pg/boundary.h"
extern "C" {
#include <utils/datetime.h>
#include <utils/guc.h>
}

namespace varve::hypertable {
namespace {

char* setting = nullptr;

/// Reads an interval without raising an error: the server itself reads its configuration.
bool read_interval(const char* text, RequestedWidth& width) {
  char buffer[MAXDATELEN + MAXDATEFIELDS];
  char* fields[MAXDATEFIELDS];
  int kinds[MAXDATEFIELDS];
  int count = 0;
  int kind = DTK_DELTA;
  struct pg_itm_in parts = {};
  if (ParseDateTime(text, buffer, sizeof buffer, fields, kinds, MAXDATEFIELDS, &count) != 0 ||
      DecodeInterval(fields, kinds, count, INTERVAL_FULL_RANGE, &kind, &parts) != 0 ||
      kind != DTK_DELTA) {
    return false;
  }
  std::int32_t months = 0;
  if (__builtin_mul_overflow(parts.tm_year, 12, &months) ||
      __builtin_add_overflow(months, parts.tm_mon, &months)) {
    return false;
  }
  width = {RequestedWidth::Form::kInterval, 0, months, parts.tm_mday, parts.tm_usec};
  return true;
}

bool read(const char* text, RequestedWidth& width) {
  const std::size_t digits = std::strspn(text, "0123456789");
  if (text[digits] != '\0') return read_interval(text, width);
  if (digits > std::numeric_limits<std::int64_t>::digits10) return false;
  width = parse_width(text);
  return true;
}

bool check(char** value, void** /*extra*/, GucSource /*source*/) {
  if (*value == nullptr) return true;
  RequestedWidth width;
  if (!read(*value, width)) return false;
  try {
    default_interval(DimensionType::kTimestamptz, width);
    return true;
  } catch (const Error&) {
    return false;
  }
}

}  // namespace

RequestedWidth chosen_default() {
  return setting == nullptr ? RequestedWidth{} : parse_width(setting);
}

void define_default_interval() {
  DefineCustomStringVariable(
      "timescaledb.default_chunk_time_interval",
      "Width of chunks of a hypertable over time that is made without one, as "
      "an interval or microseconds; empty: 7 days.",
      nullptr, &setting, "", PGC_USERSET, 0, check, nullptr, nullptr);
}

}  // namespace varve::hypertable
