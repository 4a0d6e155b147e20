#include "platform/base/metrics.h"

#include <prometheus/text_serializer.h>

namespace varve {

prometheus::Counter& Metrics::counter(const std::string& name, const std::string& help,
                                      const Labels& labels) {
  return prometheus::BuildCounter().Name(name).Help(help).Register(registry_).Add(labels);
}

prometheus::Gauge& Metrics::gauge(const std::string& name, const std::string& help,
                                  const Labels& labels) {
  return prometheus::BuildGauge().Name(name).Help(help).Register(registry_).Add(labels);
}

prometheus::Histogram& Metrics::histogram(const std::string& name, const std::string& help,
                                          const std::vector<double>& bounds, const Labels& labels) {
  return prometheus::BuildHistogram().Name(name).Help(help).Register(registry_).Add(labels, bounds);
}

std::string Metrics::text() const {
  return prometheus::TextSerializer().Serialize(registry_.Collect());
}

const std::vector<double>& seconds_bounds() {
  static const std::vector<double> bounds = {.001, .0025, .005, .01, .025, .05, .1,
                                             .25,  .5,    1,    2.5, 5,    10};
  return bounds;
}

}  // namespace varve
