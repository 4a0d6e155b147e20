#include "platform/sample/format.h"

#include <array>
#include <charconv>
#include <cstdlib>

namespace varve::sample {
namespace {

constexpr std::string_view kCurrency = "EUR";

void append_digits(std::string& out, std::int64_t value, int width) {
  const std::string digits = std::to_string(value);
  out.append(std::size_t(width) - std::min(digits.size(), std::size_t(width)), '0');
  out += digits;
}

/// A line of COPY's text format. No value of the sample needs escaping.
class Line {
 public:
  explicit Line(std::string& out) : out_(out) {}
  template <class Value>
  Line& add(const Value& value) {
    append(begin(), value);
    return *this;
  }
  Line& add_or_null(std::string_view text) {
    begin() += text.empty() ? std::string_view("\\N") : text;
    return *this;
  }
  void end() { out_ += '\n'; }

 private:
  std::string& begin() {
    if (!first_) out_ += '\t';
    first_ = false;
    return out_;
  }
  std::string& out_;
  bool first_ = true;
};

/// A JSON object of names and values that need no escaping.
class Members {
 public:
  template <class Value>
  Members& add(std::string_view name, const Value& value) {
    append(begin(name), value);
    return *this;
  }
  template <class Value>
  Members& text(std::string_view name, const Value& value) {
    std::string& out = begin(name);
    out += '"';
    append(out, value);
    out += '"';
    return *this;
  }
  std::string str() { return std::move(out_) + "}"; }

 private:
  std::string& begin(std::string_view name) {
    out_ += out_.empty() ? "{\"" : ",\"";
    out_ += name;
    out_ += "\":";
    return out_;
  }
  std::string out_;
};

struct JsonBody {
  Members& members;
  void operator()(const CustomerMetric& m) const {
    members.text("customerId", m.customer_id).text("metricName", m.metric_name);
    members.add("metricValue", m.metric_value);
  }
  void operator()(const OrderMetric& m) const {
    members.text("orderId", m.order_id).text("customerId", m.customer_id).text("status", m.status);
    members.add("totalAmount", m.total_amount).text("currency", kCurrency).text("region", m.region);
    members.add("itemsCount", std::int64_t{m.items_count});
    members.add("discountAmount", m.discount_amount).add("profit", m.profit);
  }
  void operator()(const PaymentMetric& m) const {
    members.text("paymentId", m.payment_id)
        .text("orderId", m.order_id)
        .text("customerId", m.customer_id);
    members.add("amount", m.amount).text("status", m.status).add("fraudScore", m.fraud_score);
    members.text("paymentMethod", m.payment_method).text("currency", kCurrency);
    members.text("region", m.region).text("country", m.country);
  }
  void operator()(const SystemMetric& m) const {
    members.text("serviceName", m.service_name).add("cpuUsage", m.cpu_usage);
    members.add("memoryUsage", m.memory_usage).add("requestRate", m.request_rate);
    members.add("errorRate", m.error_rate).add("latencyP99", m.latency_p99);
    members.text("instance", m.instance);
  }
};

struct RowBody {
  Line& line;
  void operator()(const CustomerMetric& m) const {
    line.add(m.customer_id).add(m.metric_name).add(m.metric_value);
  }
  void operator()(const OrderMetric& m) const {
    line.add(m.order_id)
        .add(m.customer_id)
        .add(m.status)
        .add(m.total_amount)
        .add(kCurrency)
        .add(m.region);
    line.add(std::int64_t{m.items_count}).add(m.discount_amount).add(m.profit);
  }
  void operator()(const PaymentMetric& m) const {
    line.add(m.payment_id).add(m.order_id).add(m.customer_id).add(m.amount).add(m.status);
    line.add(m.payment_method).add(m.fraud_score).add(kCurrency).add(m.region).add(m.country);
  }
  void operator()(const SystemMetric& m) const {
    line.add(m.service_name).add(m.cpu_usage).add(m.memory_usage).add(m.request_rate);
    line.add(m.error_rate).add(m.latency_p99).add(m.instance);
  }
};

struct Key {
  std::string operator()(const CustomerMetric& m) const { return to_string(m.customer_id); }
  std::string operator()(const OrderMetric& m) const { return to_string(m.order_id); }
  std::string operator()(const PaymentMetric& m) const { return to_string(m.payment_id); }
  std::string operator()(const SystemMetric& m) const { return std::string(m.service_name); }
};

}  // namespace

const Table kTables[kTableCount] = {
    {"customer_metrics", "time, customer_id, metric_name, metric_value, labels, event_id"},
    {"order_metrics",
     "time, order_id, customer_id, status, total_amount, currency, region, items_count, "
     "discount_amount, "
     "profit, labels, event_id"},
    {"payment_metrics",
     "time, payment_id, order_id, customer_id, amount, status, payment_method, fraud_score, "
     "currency, "
     "region, country, labels, event_id"},
    {"system_metrics",
     "time, service_name, cpu_usage, memory_usage, request_rate, error_rate, latency_p99, "
     "instance, "
     "labels, event_id"},
    {"revenue_metrics", "time, region, revenue, profit, orders_count, order_id, event_id"},
};

void append(std::string& out, double value) {
  std::array<char, 32> digits;
  out.append(digits.begin(), std::to_chars(digits.begin(), digits.end(), value).ptr);
}

void append(std::string& out, std::int64_t value) { out += std::to_string(value); }
void append(std::string& out, std::string_view text) { out += text; }

void append(std::string& out, TimePoint time) {
  const auto day = std::chrono::floor<std::chrono::days>(time);
  const std::chrono::year_month_day date(day);
  const std::chrono::hh_mm_ss clock(time - day);
  append_digits(out, int(date.year()), 4);
  append_digits(out += '-', unsigned(date.month()), 2);
  append_digits(out += '-', unsigned(date.day()), 2);
  append_digits(out += 'T', clock.hours().count(), 2);
  append_digits(out += ':', clock.minutes().count(), 2);
  append_digits(out += ':', clock.seconds().count(), 2);
  append_digits(out += '.', clock.subseconds().count(), 3);
  out += 'Z';
}

void append(std::string& out, Cents amount) {
  if (amount.value < 0) out += '-';
  const std::int64_t size = std::abs(amount.value);
  out += std::to_string(size / 100);
  append_digits(out += '.', size % 100, 2);
}

std::string json_of(const Event& event) {
  Members members;
  members.text("eventId", event.event_id).add("schemaVersion", std::int64_t{1});
  members.text("timestamp", event.time);
  std::visit(JsonBody{members}, event.body);
  if (!event.labels.empty()) members.add("labels", std::string_view(event.labels));
  return members.str();
}

std::string key_of(const Event& event) { return std::visit(Key{}, event.body); }

void append_row(std::string& out, const Event& event) {
  Line line(out);
  line.add(event.time);
  std::visit(RowBody{line}, event.body);
  line.add_or_null(event.labels).add(event.event_id).end();
}

bool is_revenue(const Event& event) {
  const auto* order = std::get_if<OrderMetric>(&event.body);
  return order != nullptr && order->status == "PAID";
}

void append_revenue_row(std::string& out, const Event& event) {
  const auto& order = std::get<OrderMetric>(event.body);
  Line line(out);
  line.add(event.time)
      .add(order.region)
      .add(order.total_amount)
      .add(order.profit)
      .add(std::int64_t{1});
  line.add(order.order_id).add(event.event_id).end();
}

}  // namespace varve::sample
