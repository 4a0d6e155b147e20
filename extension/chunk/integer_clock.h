#pragma once

#include <cstdint>
#include <optional>

namespace varve::chunk {

/// What one integer of a hypertable's integer clock stands for.
struct ClockUnit {
  std::int64_t nanoseconds;
};

/// The unit in which `now` reads within two days of `unix_us`, the time it is: nanoseconds,
/// microseconds, milliseconds, seconds or days from 1970. Nothing for a clock of any other kind.
/// At most one unit fits, from the eighties on.
std::optional<ClockUnit> unit_of_clock(std::int64_t now, std::int64_t unix_us);

/// What the clock read `age_us` ago, rounded down; the least number where that is out of range.
std::int64_t earlier(std::int64_t now, ClockUnit unit, std::int64_t age_us);

}  // namespace varve::chunk
