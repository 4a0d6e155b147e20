#include "platform/base/metrics.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace varve {
namespace {

using ::testing::HasSubstr;

TEST(Metrics, TheSameNameAndLabelsAreTheSameMetric) {
  Metrics metrics;
  metrics.counter("varve_x_total", "x", {{"topic", "a"}}).Increment();
  metrics.counter("varve_x_total", "x", {{"topic", "a"}}).Increment();
  metrics.counter("varve_x_total", "x", {{"topic", "b"}}).Increment();
  metrics.histogram("varve_y_seconds", "y", seconds_bounds()).Observe(0.02);
  const std::string text = metrics.text();
  EXPECT_THAT(text, HasSubstr("# TYPE varve_x_total counter"));
  EXPECT_THAT(text, HasSubstr("varve_x_total{topic=\"a\"} 2"));
  EXPECT_THAT(text, HasSubstr("varve_x_total{topic=\"b\"} 1"));
  EXPECT_THAT(text, HasSubstr("varve_y_seconds_bucket{le=\"0.01\"} 0"));
  EXPECT_THAT(text, HasSubstr("varve_y_seconds_bucket{le=\"0.025\"} 1"));
}

}  // namespace
}  // namespace varve
