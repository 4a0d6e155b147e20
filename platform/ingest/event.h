#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "platform/ingest/instant.h"
#include "platform/ingest/numeric.h"
#include "platform/ingest/uuid.h"

/// The four events of docs/events.md, decoded. Texts and labels point into the decoder's buffers
/// and last until its next event; labels are the JSON object as it was sent.
namespace varve::ingest {

enum class Kind : std::uint8_t { kCustomer, kOrder, kPayment, kSystem };
inline constexpr std::size_t kKinds = 4;

using Text = std::optional<std::string_view>;

/// What every event has. `event_id` and `tenant` are absent only until the decoder has filled in
/// what the event left out.
struct Envelope {
  Instant time;
  std::optional<Uuid> event_id;
  Text tenant;
};

struct CustomerEvent : Envelope {
  Uuid customer_id;
  std::string_view metric_name;
  double metric_value;
  Text labels;
};

struct OrderEvent : Envelope {
  Uuid order_id, customer_id;
  std::string_view status;
  Numeric total_amount;
  Text currency, region;
  std::optional<std::int32_t> items_count;
  std::optional<Numeric> discount_amount, profit;
  Text labels;
};

struct PaymentEvent : Envelope {
  Uuid payment_id, order_id, customer_id;
  Numeric amount;
  std::string_view status;
  Text payment_method;
  std::optional<double> fraud_score;
  Text currency, region, country;
  Text labels;
};

struct SystemEvent : Envelope {
  std::string_view service_name;
  std::optional<double> cpu_usage, memory_usage, request_rate, error_rate, latency_p99;
  Text instance;
  Text labels;
};

}  // namespace varve::ingest
