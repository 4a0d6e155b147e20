#include "platform/api/cursor.h"
#include "platform/api/handlers.h"

#include "embedded/analytics.h"

namespace varve::api {
namespace {

constexpr std::size_t kMaxNameBytes = 128;
constexpr int kMaxBuckets = 10'000;

/// "day" -> "1 day", PostgreSQL's spelling.
std::string width_of(const std::string& period) { return "1 " + period; }

/// No bucket of `period` is shorter than this.
std::chrono::seconds shortest(const std::string& period) {
  using std::chrono::hours;
  if (period == "minute") return std::chrono::minutes(1);
  if (period == "hour") return hours(1);
  if (period == "day") return hours(23);
  return hours(24 * 7 - 1);
}

}  // namespace

Response customer_metrics(const Request& request, Database& database) {
  Arguments arguments(request);
  const auto customer = arguments.path_uuid("id");
  const auto range = arguments.range(7);
  const auto metric = arguments.text("metric", kMaxNameBytes);
  const auto limit = arguments.limit();
  const std::string question = "customer_metrics/" + customer + "/" + metric.value_or("");
  const auto after = arguments.cursor(question, 2);
  arguments.done();

  const auto row = database.row(
      embedded::analytics::customer_metrics,
      {customer, sql_time(range.from), sql_time(range.to), metric, limit, after[0], after[1]});
  const auto next = row[1] ? encode_cursor(question, {*row[1], *row[2]}) : std::string();
  return envelope(request, range, *row[0], next);
}

Response metric_aggregates(const Request& request, Database& database) {
  Arguments arguments(request);
  const auto metric = arguments.path_text("name", kMaxNameBytes);
  const auto period = arguments.choice("period", {"minute", "hour", "day", "week", "month"}, "day");
  const auto range = arguments.range(7);
  const auto zone = arguments.time_zone();
  const auto customer = arguments.uuid("customerId");
  if ((range.to - range.from) / shortest(period) > kMaxBuckets) {
    arguments.error("/query/period",
                    "must give at most " + std::to_string(kMaxBuckets) + " buckets in the range");
  }
  arguments.done();

  const auto row = database.row(
      embedded::analytics::metric_aggregates,
      {metric, width_of(period), zone, sql_time(range.from), sql_time(range.to), customer});
  return envelope(request, range, *row[0]);
}

Response activity_heatmap(const Request& request, Database& database) {
  Arguments arguments(request);
  const auto range = arguments.range(7);
  const auto zone = arguments.time_zone();
  arguments.done();

  using Quarters = std::chrono::duration<std::int64_t, std::ratio<900>>;
  const Range quarters = whole<Quarters>(range);
  const auto row = database.row(embedded::analytics::activity_heatmap,
                                {sql_time(range.from), sql_time(range.to), zone,
                                 sql_time(quarters.from), sql_time(quarters.to)});
  return envelope(request, range, *row[0], std::nullopt, *row[1]);
}

}  // namespace varve::api
