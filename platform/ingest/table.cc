#include "platform/ingest/table.h"

namespace varve::ingest {
namespace {

constexpr Column kCustomer[] = {
    {"time", "timestamptz"},    {"customer_id", "uuid"}, {"metric_name", "text"},
    {"metric_value", "float8"}, {"labels", "jsonb"},     {"event_id", "uuid"},
    {"tenant_id", "text"},
};
constexpr Column kOrder[] = {
    {"time", "timestamptz"}, {"order_id", "uuid"},        {"customer_id", "uuid"},
    {"status", "text"},      {"total_amount", "numeric"}, {"currency", "text"},
    {"region", "text"},      {"items_count", "int4"},     {"discount_amount", "numeric"},
    {"profit", "numeric"},   {"labels", "jsonb"},         {"event_id", "uuid"},
    {"tenant_id", "text"},
};
constexpr Column kPayment[] = {
    {"time", "timestamptz"},    {"payment_id", "uuid"},    {"order_id", "uuid"},
    {"customer_id", "uuid"},    {"amount", "numeric"},     {"status", "text"},
    {"payment_method", "text"}, {"fraud_score", "float8"}, {"currency", "text"},
    {"region", "text"},         {"country", "text"},       {"labels", "jsonb"},
    {"event_id", "uuid"},       {"tenant_id", "text"},
};
constexpr Column kSystem[] = {
    {"time", "timestamptz"},    {"service_name", "text"},   {"cpu_usage", "float8"},
    {"memory_usage", "float8"}, {"request_rate", "float8"}, {"error_rate", "float8"},
    {"latency_p99", "float8"},  {"instance", "text"},       {"labels", "jsonb"},
    {"event_id", "uuid"},       {"tenant_id", "text"},
};
constexpr Column kDeadLetter[] = {
    {"topic", "text"},      {"part", "int4"},        {"kafka_offset", "int8"},
    {"key", "bytea"},       {"value", "bytea"},      {"headers", "jsonb"},
    {"error_code", "text"}, {"error_field", "text"}, {"error_message", "text"},
};

constexpr Table kTables[kKinds] = {
    {"public.customer_metrics", "stage_customer", kCustomer},
    {"public.order_metrics", "stage_order", kOrder},
    {"public.payment_metrics", "stage_payment", kPayment},
    {"public.system_metrics", "stage_system", kSystem},
};
constexpr Table kDeadLetters = {"ingest.dead_letters", "stage_dead_letter", kDeadLetter};

/// Columns of every table's end, and those that may be absent.
class Row {
 public:
  Row(RowBuffer& rows, std::span<const Column> columns) : rows_(rows) {
    rows_.begin(static_cast<std::int16_t>(columns.size()));
  }

  void text(Text value) { value ? rows_.bytes(*value) : rows_.null(); }
  void number(std::optional<double> value) { value ? rows_.float8(*value) : rows_.null(); }
  void count(std::optional<std::int32_t> value) { value ? rows_.integer(*value) : rows_.null(); }
  void money(const std::optional<Numeric>& value) { value ? rows_.numeric(*value) : rows_.null(); }
  void finish(Text labels, const Envelope& envelope, std::uint32_t message) {
    labels ? rows_.jsonb(*labels) : rows_.null();
    rows_.uuid(*envelope.event_id);
    rows_.bytes(*envelope.tenant);
    rows_.end(message);
  }

 private:
  RowBuffer& rows_;
};

void append(RowBuffer& rows, const CustomerEvent& event, std::uint32_t message) {
  Row row(rows, kCustomer);
  rows.timestamptz(event.time);
  rows.uuid(event.customer_id);
  rows.bytes(event.metric_name);
  rows.float8(event.metric_value);
  row.finish(event.labels, event, message);
}

void append(RowBuffer& rows, const OrderEvent& event, std::uint32_t message) {
  Row row(rows, kOrder);
  rows.timestamptz(event.time);
  rows.uuid(event.order_id);
  rows.uuid(event.customer_id);
  rows.bytes(event.status);
  rows.numeric(event.total_amount);
  row.text(event.currency);
  row.text(event.region);
  row.count(event.items_count);
  row.money(event.discount_amount);
  row.money(event.profit);
  row.finish(event.labels, event, message);
}

void append(RowBuffer& rows, const PaymentEvent& event, std::uint32_t message) {
  Row row(rows, kPayment);
  rows.timestamptz(event.time);
  rows.uuid(event.payment_id);
  rows.uuid(event.order_id);
  rows.uuid(event.customer_id);
  rows.numeric(event.amount);
  rows.bytes(event.status);
  row.text(event.payment_method.value_or("unknown"));
  row.number(event.fraud_score);
  row.text(event.currency);
  row.text(event.region);
  row.text(event.country);
  row.finish(event.labels, event, message);
}

void append(RowBuffer& rows, const SystemEvent& event, std::uint32_t message) {
  Row row(rows, kSystem);
  rows.timestamptz(event.time);
  rows.bytes(event.service_name);
  for (const auto value : {event.cpu_usage, event.memory_usage, event.request_rate,
                           event.error_rate, event.latency_p99}) {
    row.number(value);
  }
  row.text(event.instance);
  row.finish(event.labels, event, message);
}

}  // namespace

const Table& table_of(Kind kind) { return kTables[static_cast<std::size_t>(kind)]; }

const Table& dead_letter_table() { return kDeadLetters; }

void append_row(RowBuffer& rows, const Event& event, std::uint32_t message) {
  std::visit([&](const auto& form) { append(rows, form, message); }, event);
}

}  // namespace varve::ingest
