#include "platform/api/handlers.h"

#include "embedded/analytics.h"

namespace varve::api {
namespace {

/// Where the range before begins: as many whole days earlier as the range touches. So that part of
/// today is compared with the same part of a day, the range before ends as far into its last day.
TimePoint previous_from(const Range& range) {
  return range.from - std::chrono::ceil<std::chrono::days>(range.to - range.from);
}

}  // namespace

Response revenue_summary(const Request& request, Database& database) {
  Arguments arguments(request);
  const auto range = arguments.range(30);
  arguments.done();

  const TimePoint from_before = previous_from(range);
  const Range before = {from_before, from_before + (range.to - range.from)};
  const Range days = whole_days(range);
  const Range days_before = whole_days(before);
  const auto row = database.row(embedded::analytics::revenue_summary,
                                {sql_time(range.from), sql_time(range.to), sql_time(days.from),
                                 sql_time(days.to), sql_time(before.from), sql_time(before.to),
                                 sql_time(days_before.from), sql_time(days_before.to)});
  return envelope(request, range, *row[0], std::nullopt, *row[1]);
}

Response revenue_by_region(const Request& request, Database& database) {
  Arguments arguments(request);
  const auto range = arguments.range(30);
  arguments.done();

  const Range days = whole_days(range);
  const auto row = database.row(
      embedded::analytics::revenue_by_region,
      {sql_time(range.from), sql_time(range.to), sql_time(days.from), sql_time(days.to)});
  return envelope(request, range, *row[0], std::nullopt, *row[1]);
}

}  // namespace varve::api
