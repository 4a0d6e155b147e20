#pragma once

#include <map>
#include <prometheus/counter.h>
#include <prometheus/gauge.h>
#include <prometheus/histogram.h>
#include <prometheus/registry.h>
#include <string>
#include <vector>

namespace varve {

/// The metrics of the process, as GET /metrics shows them. Names start with varve_, base units,
/// _total for counters; never a label by tenant or customer. Asking again for the same name and
/// labels gives the same metric: keep the reference where it is used often. Thread-safe.
class Metrics {
 public:
  using Labels = std::map<std::string, std::string>;

  prometheus::Counter& counter(const std::string& name, const std::string& help,
                               const Labels& labels = {});
  prometheus::Gauge& gauge(const std::string& name, const std::string& help,
                           const Labels& labels = {});
  /// `bounds`: upper ends of the buckets, rising.
  prometheus::Histogram& histogram(const std::string& name, const std::string& help,
                                   const std::vector<double>& bounds, const Labels& labels = {});

  /// Prometheus' text format, version 0.0.4.
  [[nodiscard]] std::string text() const;

 private:
  prometheus::Registry registry_;
};

/// Bounds from 1 ms to 10 s for request and batch times, in seconds.
const std::vector<double>& seconds_bounds();

}  // namespace varve
