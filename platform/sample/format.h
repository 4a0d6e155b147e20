#pragma once

#include <string>
#include <string_view>

#include "platform/sample/event.h"

namespace varve::sample {

/// The event as producers send it, for the event's topic: schemas/*.v1.schema.json.
std::string json_of(const Event& event);

/// What partitions the topic: the entity's id, as text.
std::string key_of(const Event& event);

/// Index into kTables and into the topics customer, order, payment, system.
inline std::size_t kind_of(const Event& event) { return event.body.index(); }

struct Table {
  std::string_view name;
  std::string_view columns;  // of append_row's lines, in order
};
inline constexpr std::size_t kTableCount = 5;
extern const Table kTables[kTableCount];
inline constexpr std::size_t kRevenueTable = 4;

/// Appends the event as a line of COPY's text format, for kTables[kind_of(event)].
void append_row(std::string& out, const Event& event);

/// True for an order that is paid: such a one is revenue, as in the ingest.
bool is_revenue(const Event& event);
/// Appends its line for kTables[kRevenueTable].
void append_revenue_row(std::string& out, const Event& event);

/// 2026-11-25T09:00:00.123Z
void append(std::string& out, TimePoint time);
/// 12.50
void append(std::string& out, Cents amount);
/// Shortest that round-trips.
void append(std::string& out, double value);
void append(std::string& out, std::int64_t value);
void append(std::string& out, std::string_view text);

}  // namespace varve::sample
