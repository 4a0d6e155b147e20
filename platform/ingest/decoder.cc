#include "platform/ingest/decoder.h"

#include <algorithm>
#include <array>
#include <cstring>
#include <utility>

#include "platform/ingest/json_field.h"

namespace varve::ingest {
namespace {

enum class Presence { kOptional, kRequired };
using enum Presence;

/// How one field of an event is read.
template <class Form>
struct Rule {
  std::string_view name;
  Presence presence;
  void (*read)(JsonField&, Form&);
};

/// The fields that all events share, before those of its own.
template <class Form, std::size_t N>
constexpr std::array<Rule<Form>, N + 4> with_envelope(const Rule<Form> (&own)[N]) {
  std::array<Rule<Form>, N + 4> rules = {{
      {"eventId", kOptional, [](JsonField& f, Form& e) { e.event_id = f.uuid(); }},
      {"schemaVersion", kOptional, [](JsonField& f, Form&) { f.schema_version(); }},
      {"tenantId", kOptional, [](JsonField& f, Form& e) { e.tenant = f.tenant(); }},
      {"timestamp", kRequired, [](JsonField& f, Form& e) { e.time = f.timestamp(); }},
  }};
  std::copy(own, own + N, rules.begin() + 4);
  return rules;
}

constexpr Rule<CustomerEvent> kCustomerFields[] = {
    {"customerId", kRequired, [](JsonField& f, CustomerEvent& e) { e.customer_id = f.uuid(); }},
    {"metricName", kRequired,
     [](JsonField& f, CustomerEvent& e) { e.metric_name = f.text(1, 128); }},
    {"metricValue", kRequired, [](JsonField& f, CustomerEvent& e) { e.metric_value = f.number(); }},
    {"labels", kOptional, [](JsonField& f, CustomerEvent& e) { e.labels = f.labels(); }},
};

constexpr Rule<OrderEvent> kOrderFields[] = {
    {"orderId", kRequired, [](JsonField& f, OrderEvent& e) { e.order_id = f.uuid(); }},
    {"customerId", kRequired, [](JsonField& f, OrderEvent& e) { e.customer_id = f.uuid(); }},
    {"status", kRequired,
     [](JsonField& f, OrderEvent& e) { e.status = f.upper_case(1, 32, true); }},
    {"totalAmount", kRequired,
     [](JsonField& f, OrderEvent& e) { e.total_amount = f.non_negative_money(); }},
    {"currency", kOptional,
     [](JsonField& f, OrderEvent& e) { e.currency = f.upper_case(3, 3, false); }},
    {"region", kOptional, [](JsonField& f, OrderEvent& e) { e.region = f.text(0, 64); }},
    {"itemsCount", kOptional,
     [](JsonField& f, OrderEvent& e) { e.items_count = f.non_negative_integer(); }},
    {"discountAmount", kOptional,
     [](JsonField& f, OrderEvent& e) { e.discount_amount = f.money(); }},
    {"profit", kOptional, [](JsonField& f, OrderEvent& e) { e.profit = f.money(); }},
    {"labels", kOptional, [](JsonField& f, OrderEvent& e) { e.labels = f.labels(); }},
};

constexpr Rule<PaymentEvent> kPaymentFields[] = {
    {"paymentId", kRequired, [](JsonField& f, PaymentEvent& e) { e.payment_id = f.uuid(); }},
    {"orderId", kRequired, [](JsonField& f, PaymentEvent& e) { e.order_id = f.uuid(); }},
    {"customerId", kRequired, [](JsonField& f, PaymentEvent& e) { e.customer_id = f.uuid(); }},
    {"amount", kRequired, [](JsonField& f, PaymentEvent& e) { e.amount = f.non_negative_money(); }},
    {"status", kRequired,
     [](JsonField& f, PaymentEvent& e) { e.status = f.upper_case(1, 32, true); }},
    {"paymentMethod", kOptional,
     [](JsonField& f, PaymentEvent& e) { e.payment_method = f.text(0, 64); }},
    {"fraudScore", kOptional,
     [](JsonField& f, PaymentEvent& e) { e.fraud_score = f.number_between(0, 100); }},
    {"currency", kOptional,
     [](JsonField& f, PaymentEvent& e) { e.currency = f.upper_case(3, 3, false); }},
    {"region", kOptional, [](JsonField& f, PaymentEvent& e) { e.region = f.text(0, 64); }},
    {"country", kOptional, [](JsonField& f, PaymentEvent& e) { e.country = f.text(0, 64); }},
    {"labels", kOptional, [](JsonField& f, PaymentEvent& e) { e.labels = f.labels(); }},
};

constexpr Rule<SystemEvent> kSystemFields[] = {
    {"serviceName", kRequired,
     [](JsonField& f, SystemEvent& e) { e.service_name = f.text(1, 128); }},
    {"cpuUsage", kOptional,
     [](JsonField& f, SystemEvent& e) { e.cpu_usage = f.number_between(0, 100); }},
    {"memoryUsage", kOptional,
     [](JsonField& f, SystemEvent& e) { e.memory_usage = f.number_between(0, 100); }},
    {"requestRate", kOptional,
     [](JsonField& f, SystemEvent& e) { e.request_rate = f.number_from(0); }},
    {"errorRate", kOptional,
     [](JsonField& f, SystemEvent& e) { e.error_rate = f.number_between(0, 100); }},
    {"latencyP99", kOptional,
     [](JsonField& f, SystemEvent& e) { e.latency_p99 = f.number_from(0); }},
    {"instance", kOptional, [](JsonField& f, SystemEvent& e) { e.instance = f.text(0, 128); }},
    {"labels", kOptional, [](JsonField& f, SystemEvent& e) { e.labels = f.labels(); }},
};

constexpr auto kCustomerRules = with_envelope(kCustomerFields);
constexpr auto kOrderRules = with_envelope(kOrderFields);
constexpr auto kPaymentRules = with_envelope(kPaymentFields);
constexpr auto kSystemRules = with_envelope(kSystemFields);

const auto& rules_of(const CustomerEvent&) { return kCustomerRules; }
const auto& rules_of(const OrderEvent&) { return kOrderRules; }
const auto& rules_of(const PaymentEvent&) { return kPaymentRules; }
const auto& rules_of(const SystemEvent&) { return kSystemRules; }

/// The place of `name` among `rules`, or their number. Producers keep the order of fields from one
/// event to the next, but which order is theirs: the search starts behind the last hit.
template <class Rules>
std::size_t find_rule(const Rules& rules, std::size_t last, std::string_view name) {
  for (std::size_t step = 1; step <= rules.size(); ++step) {
    const std::size_t at = (last + step) % rules.size();
    if (rules[at].name == name) return at;
  }
  return rules.size();
}

[[noreturn]] void reject_json(simdjson::error_code error) {
  throw Rejection(reason::kMalformedJson, "",
                  std::string("not a JSON object: ") + simdjson::error_message(error));
}

void check(simdjson::error_code error) {
  if (error) reject_json(error);
}

template <class Rules>
void check_required(const Rules& rules, std::uint32_t seen) {
  for (std::size_t i = 0; i < rules.size(); ++i) {
    if (rules[i].presence == kRequired && (seen >> i & 1) == 0) {
      throw Rejection(reason::kMissingField, rules[i].name,
                      std::string(rules[i].name) + " is required");
    }
  }
}

/// Reads the fields of `object`, of which unknown ones are ignored and null means absent.
template <class Form>
void read_fields(simdjson::ondemand::object object, Form& event) {
  const auto& rules = rules_of(event);
  std::uint32_t seen = 0;
  std::size_t last = rules.size() - 1;
  for (auto member : object) {
    std::string_view key;
    JsonValue value;
    check(member.unescaped_key().get(key));
    check(member.value().get(value));
    const std::size_t at = find_rule(rules, last, key);
    JsonField field(at < rules.size() ? rules[at].name : std::string_view("an unknown field"),
                    value);
    if (at == rules.size() || field.is_null()) {
      field.ignore();
      continue;
    }
    rules[at].read(field, event);
    seen |= std::uint32_t{1} << at;
    last = at;
  }
  check_required(rules, seen);
}

void check_whole(const auto&) {}

void check_whole(const SystemEvent& event) {
  if (!event.cpu_usage && !event.memory_usage && !event.request_rate && !event.error_rate &&
      !event.latency_p99) {
    throw Rejection(reason::kMissingField, "",
                    "one of cpuUsage, memoryUsage, requestRate, errorRate, latencyP99 is required");
  }
}

/// Confluent's framing: a zero byte and the id of a schema, four bytes.
std::string_view without_frame(std::string_view value) {
  if (!value.empty() && value.front() == '\0')
    value.remove_prefix(std::min<std::size_t>(5, value.size()));
  return value;
}

Event empty_event(Kind kind) {
  switch (kind) {
    case Kind::kCustomer: return CustomerEvent{};
    case Kind::kOrder: return OrderEvent{};
    case Kind::kPayment: return PaymentEvent{};
    case Kind::kSystem: break;
  }
  return SystemEvent{};
}

}  // namespace

Decoder::Decoder(Acceptance acceptance) : acceptance_(std::move(acceptance)) {}

simdjson::padded_string_view Decoder::padded(std::string_view value) {
  if (capacity_ < value.size() + simdjson::SIMDJSON_PADDING) {
    capacity_ = 2 * value.size() + simdjson::SIMDJSON_PADDING;
    buffer_ = std::make_unique<char[]>(capacity_);
  }
  std::memcpy(buffer_.get(), value.data(), value.size());
  return simdjson::padded_string_view(buffer_.get(), value.size(), capacity_);
}

template <class Form>
void Decoder::read(Form& event, std::string_view value) {
  simdjson::ondemand::document document;
  simdjson::ondemand::object object;
  check(parser_.iterate(padded(value)).get(document));
  check(document.get_object().get(object));
  read_fields(object, event);
  // At the end there is no location, which is an error to simdjson and right to us.
  if (!document.current_location().error()) {
    throw Rejection(reason::kMalformedJson, "", "something follows the JSON object");
  }
  check_whole(event);
}

void Decoder::complete(Envelope& envelope, const Origin& origin, Instant now) const {
  if (envelope.time < now - acceptance_.greatest_age) {
    throw Rejection(reason::kTooOld, "timestamp", "timestamp is older than what is kept");
  }
  if (envelope.time > now + acceptance_.greatest_lead) {
    throw Rejection(reason::kFutureTimestamp, "timestamp", "timestamp lies in the future");
  }
  if (!envelope.tenant && origin.tenant) {
    if (!valid_tenant(*origin.tenant)) {
      throw Rejection(reason::kInvalidFormat, "tenantId",
                      "the header tenant names no valid tenant");
    }
    envelope.tenant = origin.tenant;
  }
  if (!envelope.tenant) envelope.tenant = acceptance_.default_tenant;
  if (!envelope.event_id) {
    envelope.event_id = offset_uuid(origin.topic, origin.partition, origin.offset);
  }
}

const Event& Decoder::decode(Kind kind, std::string_view value, const Origin& origin, Instant now) {
  value = without_frame(value);
  if (value.empty()) throw Rejection(reason::kEmptyValue, "", "the message has no value");
  event_ = empty_event(kind);
  std::visit(
      [&](auto& event) {
        read(event, value);
        complete(event, origin, now);
      },
      event_);
  return event_;
}

Uuid offset_uuid(std::string_view topic, std::int32_t partition, std::int64_t offset) {
  // A name space of our own, drawn once at random; it must never change.
  static constexpr Uuid kOffsets = {0x5b, 0x0e, 0x6d, 0x0a, 0x8c, 0x41, 0x4f, 0x7e,
                                    0x9a, 0x53, 0x1d, 0xc2, 0x77, 0x30, 0xb6, 0x94};
  std::string name(topic);
  name += '/' + std::to_string(partition) + '/' + std::to_string(offset);
  return name_uuid(kOffsets, name);
}

}  // namespace varve::ingest
