#pragma once

#include <chrono>
#include <compare>
#include <cstdint>
#include <string>
#include <string_view>
#include <variant>

#include "platform/sample/random.h"

namespace varve::sample {

/// UTC. Events have whole milliseconds, so that JSON and COPY say the same.
using TimePoint = std::chrono::sys_time<std::chrono::milliseconds>;
using Hour = std::chrono::sys_time<std::chrono::hours>;

/// Hundredths of the one currency of the sample, the euro.
struct Cents {
  std::int64_t value = 0;
  auto operator<=>(const Cents&) const = default;
};

// Texts are literals of the model: they live as long as the program.
struct CustomerMetric {
  Uuid customer_id;
  std::string_view metric_name;
  double metric_value;
};
struct OrderMetric {
  Uuid order_id, customer_id;
  std::string_view status, region;
  int items_count;
  Cents total_amount, discount_amount, profit;
};
struct PaymentMetric {
  Uuid payment_id, order_id, customer_id;
  Cents amount;
  std::string_view status, payment_method, region, country;
  double fraud_score;
};
struct SystemMetric {
  std::string_view service_name, instance;
  double cpu_usage, memory_usage, request_rate, error_rate, latency_p99;
};

struct Event {
  TimePoint time;     // when it happened
  TimePoint arrival;  // when its producer gets round to sending it
  Uuid event_id;
  bool duplicate = false;  // sent once more, with the same id and time
  std::string labels;      // a JSON object, or empty
  std::variant<CustomerMetric, OrderMetric, PaymentMetric, SystemMetric> body;
};

}  // namespace varve::sample
