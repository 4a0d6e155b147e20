#include "platform/api/cursor.h"
#include "platform/api/handlers.h"

#include "embedded/analytics.h"

namespace varve::api {
namespace {

constexpr std::size_t kMaxNameBytes = 128;

[[noreturn]] void unknown_service(const std::string& service) {
  throw ProblemError({404, "no service \"" + service + "\" has measured anything"});
}

Response bucketed(const Request& request, Database& database, const std::string& service,
                  const Range& range, const std::string& period) {
  const auto row = database.row(embedded::analytics::system_metrics_buckets,
                                {service, sql_time(range.from), sql_time(range.to), "1 " + period});
  if (row[1] != "t") unknown_service(service);
  return envelope(request, range, *row[0]);
}

}  // namespace

Response system_metrics(const Request& request, Database& database) {
  Arguments arguments(request);
  const auto service = arguments.path_text("service", kMaxNameBytes);
  const auto range = arguments.range(1);
  const auto period = arguments.optional_choice("period", {"minute", "hour", "day"});
  const auto limit = arguments.limit();
  const std::string question = "system_metrics/" + service;
  const auto after = arguments.cursor(question, 2);
  if (period == "minute" && range.to - range.from > std::chrono::days(7)) {
    arguments.error("/query/period", "must be hour or day for more than 7 days");
  }
  arguments.done();
  if (period) return bucketed(request, database, service, range, *period);

  const auto row =
      database.row(embedded::analytics::system_metrics,
                   {service, sql_time(range.from), sql_time(range.to), limit, after[0], after[1]});
  if (row[3] != "t") unknown_service(service);
  const auto next = row[1] ? encode_cursor(question, {*row[1], *row[2]}) : std::string();
  return envelope(request, range, *row[0], next);
}

Response system_health(const Request& request, Database& database) {
  Arguments arguments(request);
  const auto window = arguments.duration("window", "1h");
  arguments.done();

  const Range range{request.now - window, request.now};
  const auto row =
      database.row(embedded::analytics::system_health, {sql_time(range.from), sql_time(range.to)});
  return envelope(request, range, *row[0]);
}

}  // namespace varve::api
