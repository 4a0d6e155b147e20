#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

namespace varve::ingest {

/// A point in time as PostgreSQL's timestamptz has it: microseconds, here since 1970.
using Instant = std::chrono::sys_time<std::chrono::microseconds>;

/// Reads RFC 3339: `2026-11-22T13:05:00.123Z`, `2026-11-22 13:05:00+01:00`. The zone is required
/// (Z, +hh, +hhmm or +hh:mm), T and Z may be lower case or T a space, digits beyond microseconds
/// are cut off, and second 60 is allowed where UTC has leap seconds.
std::optional<Instant> parse_date_time(std::string_view text);

/// Reads a JSON number since the epoch: below 1e11 in magnitude seconds with a fraction (how
/// Jackson writes an Instant), from there on milliseconds. Exact to the microsecond for plain
/// decimals; a number with an exponent goes through double.
std::optional<Instant> parse_epoch(std::string_view token);

/// `2026-11-22T13:05:00.123Z`, cut to milliseconds.
std::string rfc3339(Instant instant);

}  // namespace varve::ingest
