#include "platform/api/cursor.h"
#include "platform/api/handlers.h"

#include "embedded/analytics.h"

namespace varve::api {

Response payment_status_breakdown(const Request& request, Database& database) {
  Arguments arguments(request);
  const auto range = arguments.range(30);
  arguments.done();

  const Range days = whole_days(range);
  const auto row = database.row(
      embedded::analytics::payment_status_breakdown,
      {sql_time(range.from), sql_time(range.to), sql_time(days.from), sql_time(days.to)});
  return envelope(request, range, *row[0], std::nullopt, *row[1]);
}

Response fraud_anomalies(const Request& request, Database& database) {
  Arguments arguments(request);
  const auto range = arguments.range(7);
  const double threshold = arguments.real("minScore", 80, 0, 100);
  const auto customer = arguments.uuid("customerId");
  const auto status = arguments.text("status", 32);
  const auto limit = arguments.limit();
  const std::string question = "fraud_anomalies/" + std::to_string(threshold) + "/" +
                               customer.value_or("") + "/" + status.value_or("");
  const auto after = arguments.cursor(question, 3);
  arguments.done();

  const auto row = database.row(embedded::analytics::fraud_anomalies,
                                {sql_time(range.from), sql_time(range.to), threshold, customer,
                                 status, limit, after[0], after[1], after[2]});
  const auto next = row[1] ? encode_cursor(question, {*row[1], *row[2], *row[3]}) : std::string();
  return envelope(request, range, *row[0], next);
}

Response fraud_patterns(const Request& request, Database& database) {
  Arguments arguments(request);
  const auto range = arguments.range(7);
  arguments.done();

  const auto row =
      database.row(embedded::analytics::fraud_patterns, {sql_time(range.from), sql_time(range.to)});
  return envelope(request, range, *row[0]);
}

}  // namespace varve::api
