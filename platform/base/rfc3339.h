#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

namespace varve {

using TimePoint = std::chrono::sys_time<std::chrono::microseconds>;

/// The time that `text` names: RFC 3339 with Z or an offset, seconds optional, up to six fractional
/// digits (more are cut off); or a date alone, which is its midnight UTC. Years 0001 to 9999.
/// Nothing where it is anything else, such as 30 February, hour 24, or a leap second.
std::optional<TimePoint> parse_rfc3339(std::string_view text);

/// "2026-11-25T09:00:00.123456Z"; without the fraction where it is zero.
std::string format_rfc3339(TimePoint time);

}  // namespace varve
