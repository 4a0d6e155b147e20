#include <cmath>

#include "platform/sample/model.h"

namespace varve::sample {
namespace {

constexpr double kEventsAnHour = 205;

struct Metric {
  std::string_view name;
  double share;
  double median, sigma;  // lognormal; sigma 0 is a count of one
};
constexpr std::array<Metric, 7> kMetrics{{
    {"login_count", 0.20, 1, 0},
    {"session_duration", 0.18, 420, 0.8},  // seconds
    {"page_views", 0.24, 7, 0.7},
    {"api_calls", 0.16, 30, 1.0},
    {"data_usage_mb", 0.14, 85, 0.9},
    {"feature_usage", 0.05, 1, 0},
    {"support_tickets", 0.03, 1, 0},
}};

const Metric& any_metric(Random& random) {
  double at = random.uniform();
  for (const Metric& metric : kMetrics) {
    if ((at -= metric.share) < 0) return metric;
  }
  return kMetrics.front();
}

std::string_view any_labels(Random& random) {
  constexpr std::array<std::string_view, 4> kLabels{
      R"({"source":"application","version":"1.0","channel":"web"})",
      R"({"source":"application","version":"1.1","channel":"web"})",
      R"({"source":"application","version":"1.1","channel":"mobile"})",
      R"({"source":"gateway","version":"1.0","channel":"api"})"};
  return kLabels[random.below(kLabels.size())];
}

double any_value(Random& random, const Metric& metric) {
  if (metric.sigma == 0) return 1;
  const double value = random.lognormal(metric.median, metric.sigma);
  return metric.name == "data_usage_mb" ? rounded(value) : std::ceil(value);
}

}  // namespace

void add_customer_events(const Settings& settings, Hour hour, std::vector<Event>& events) {
  for (std::size_t region = 0; region < kRegions.size(); ++region) {
    Random random = stream(settings, Stream::kActivity, hour, region);
    const double mean = kEventsAnHour * kRegions[region].share * activity(settings, hour, region);
    for (int left = random.poisson(mean); left > 0; --left) {
      const TimePoint time = within(random, hour);
      const Metric& metric = any_metric(random);
      const Uuid customer = customer_id(settings, any_customer(random, region));
      const double value = any_value(random, metric);
      const std::string_view labels = any_labels(random);
      events.push_back({.time = time,
                        .arrival = time,
                        .event_id = random.uuid(),
                        .labels = std::string(labels),
                        .body = CustomerMetric{customer, metric.name, value}});
    }
  }
}

}  // namespace varve::sample
