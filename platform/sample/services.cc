#include <algorithm>
#include <cmath>

#include "platform/sample/model.h"

namespace varve::sample {
namespace {

using std::chrono::milliseconds;

struct Load {
  double cpu, memory, request_rate, error_rate, latency_p99;  // of an instance at activity 1
};
constexpr std::array<Load, kServices.size()> kLoads{{
    {38, 46, 310, 0.20, 85},   // api-gateway
    {24, 52, 22, 0.10, 240},   // billing-service
    {30, 44, 90, 0.15, 60},    // customer-service
    {22, 39, 55, 0.12, 48},    // inventory-service
    {14, 31, 35, 0.30, 130},   // notification-service
    {33, 57, 48, 0.20, 110},   // order-service
    {28, 49, 41, 0.25, 190},   // payment-service
    {45, 68, 120, 0.10, 155},  // search-service
}};

double business(const Settings& settings, Hour hour) {
  double sum = 0;
  for (std::size_t region = 0; region < kRegions.size(); ++region) {
    sum += kRegions[region].share * activity(settings, hour, region);
  }
  return sum;
}

SystemMetric measure(Random& random, const Load& usual, double busy, bool broken) {
  SystemMetric metric{};
  metric.cpu_usage = usual.cpu * (0.35 + 0.65 * busy) + 2.5 * random.normal();
  metric.memory_usage = usual.memory * (0.92 + 0.08 * busy) + 0.8 * random.normal();
  metric.request_rate = usual.request_rate * busy * (1 + 0.05 * random.normal());
  metric.error_rate = usual.error_rate * random.lognormal(1, 0.4);
  metric.latency_p99 = usual.latency_p99 * (0.8 + 0.2 * busy) * random.lognormal(1, 0.12);
  if (broken) {
    metric.cpu_usage = 88 + 6 * random.uniform();
    metric.request_rate *= 0.4;
    metric.error_rate = 32 + 25 * random.uniform();
    metric.latency_p99 *= 14;
  }
  metric.cpu_usage = rounded(std::clamp(metric.cpu_usage, 1.0, 100.0));
  metric.memory_usage = rounded(std::clamp(metric.memory_usage, 1.0, 100.0));
  metric.request_rate = rounded(std::max(metric.request_rate, 0.0));
  metric.error_rate = rounded(std::clamp(metric.error_rate, 0.0, 100.0));
  metric.latency_p99 = rounded(metric.latency_p99);
  return metric;
}

}  // namespace

void add_system_events(const Settings& settings, Hour hour, std::vector<Event>& events) {
  constexpr std::array<std::string_view, kInstances> kInstanceNames{"a", "b"};
  const double now = business(settings, hour);
  const double next = business(settings, hour + std::chrono::hours(1));
  const TimePoint last = hour + std::chrono::hours(1) - milliseconds(1);
  const milliseconds interval = settings.scrape_interval;
  for (std::size_t service = 0; service < kServices.size(); ++service) {
    for (std::size_t instance = 0; instance < kInstances; ++instance) {
      const auto part = std::uint64_t(interval.count()) * 100 + service * kInstances + instance;
      Random random = stream(settings, Stream::kSystem, hour, part);
      // Instances take turns, so that a service is seen twice an interval.
      for (milliseconds at = interval * int(instance) / kInstances; at < std::chrono::hours(1);
           at += interval) {
        const double passed = std::chrono::duration<double, std::ratio<3600>>(at).count();
        const TimePoint time =
            std::min<TimePoint>(hour + at + milliseconds(random.below(1000)), last);
        const bool broken = kServices[service] == kBrokenService && is_outage(settings, time);
        SystemMetric metric =
            measure(random, kLoads[service], std::lerp(now, next, passed), broken);
        metric.service_name = kServices[service];
        metric.instance = kInstanceNames[instance];
        events.push_back({.time = time,
                          .arrival = time,
                          .event_id = random.uuid(),
                          .labels = {},
                          .body = metric});
      }
    }
  }
}

}  // namespace varve::sample
