#pragma once

#include <cstdint>

namespace varve::chunk {

/// The coordinates [begin, end) of one chunk on the primary dimension.
///
/// Units   times, dates included: microseconds from 2000-01-01 00:00 UTC, as PostgreSQL counts;
///         integer dimensions: the integers themselves.
struct Slice {
  std::int64_t begin;
  std::int64_t end;

  friend bool operator==(const Slice&, const Slice&) = default;
};

/// Where the grid of chunks starts: 1970-01-01 00:00 UTC on PostgreSQL's time line. Scripts in the
/// wild rely on boundaries that are multiples of the interval in Unix time.
inline constexpr std::int64_t kUnixEpoch = -946'684'800'000'000;

/// The cell of the grid origin + k * width that holds `value`, cut to [lowest, highest), which are
/// the ends of the dimension's type. Requires width > 0 and lowest <= value < highest.
Slice slice_of(std::int64_t value, std::int64_t width, std::int64_t origin, std::int64_t lowest,
               std::int64_t highest);

/// The part of `cell` between its neighbours: from `end_before`, where the last chunk before it
/// ends, to `begin_after`, where the next one begins. Chunks made under another interval do not lie
/// on the grid, so a cell may be taken in part.
Slice cut(Slice cell, std::int64_t end_before, std::int64_t begin_after);

}  // namespace varve::chunk
