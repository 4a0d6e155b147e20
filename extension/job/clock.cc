#include "extension/job/clock.h"

#include "extension/pg/boundary.h"
extern "C" {
#include <utils/builtins.h>
#include <utils/datetime.h>
#include <utils/guc.h>
#include <utils/timestamp.h>
}

namespace varve::job {
namespace {

char* mock = nullptr;

/// Only that it reads as a time: which one depends on time zone and date style, when it is asked.
bool check_mock(char** value, void** /*extra*/, GucSource /*source*/) {
  if (*value == nullptr || **value == '\0') return true;
  char buffer[MAXDATELEN + MAXDATEFIELDS];
  char* fields[MAXDATEFIELDS];
  int kinds[MAXDATEFIELDS];
  int count = 0;
  int kind = 0;
  struct pg_tm parts;
  fsec_t fraction = 0;
  int zone = 0;
  return ParseDateTime(*value, buffer, sizeof buffer, fields, kinds, MAXDATEFIELDS, &count) == 0 &&
         DecodeDateTime(fields, kinds, count, &kind, &parts, &fraction, &zone) == 0 &&
         kind == DTK_DATE;
}

}  // namespace

bool is_mocked() { return mock != nullptr && mock[0] != '\0'; }

TimestampTz now() {
  if (!is_mocked()) return GetCurrentTimestamp();
  return DatumGetTimestampTz(DirectFunctionCall3(timestamptz_in, CStringGetDatum(mock),
                                                 ObjectIdGetDatum(InvalidOid), Int32GetDatum(-1)));
}

void install_clock() {
  DefineCustomStringVariable(
      "timescaledb.current_timestamp_mock",
      "The time that jobs and policies go by, for tests; empty: the clock's.", nullptr, &mock, "",
      PGC_USERSET, 0, check_mock, nullptr, nullptr);
}

}  // namespace varve::job

// varve_catalog.job_now() returns timestamptz
VARVE_SQL_FUNCTION(varve_job_now) {
  return varve::pg::call([] { return TimestampTzGetDatum(varve::job::now()); });
}
