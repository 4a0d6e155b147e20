#pragma once

#include <cstdint>
#include <optional>

#include "kernel/calendar/civil.h"
#include "kernel/calendar/zone.h"

namespace varve::calendar {

/// Calendar time in PostgreSQL's three units, none of which is a multiple of another.
struct Span {
  std::int32_t months = 0;
  std::int32_t days = 0;
  Duration time{0};
};

/// The edges of buckets on a wall clock: origin + k * width + offset for every integer k. `Time` is
/// LocalTime or LocalDay.
///
/// Width    months alone (12 are a year), or days and time alone, 24 hours a day. An origin that a
///          month lacks becomes the last of that month, and only there: January 31, February 28,
///          March 31.
/// Origin   by default Monday 2000-01-03, or 2000-01-01 for months.
template <class Time>
struct Grid {
  Span width;
  Span offset{};
  std::optional<Time> origin{};
};

/// The first day of both PostgreSQL's timestamps and its dates: 4714-11-24 BC.
inline constexpr LocalDay kFirstDay{std::chrono::days(-2'451'545)};

/// Start of the bucket that holds `time`, an edge of the grid: start <= time < next start.
/// Throws kInvalidArgument where the width is not positive; kUnsupported where it mixes months and
/// smaller units, or where days meet units below a day; kTimeOutOfRange where the bucket starts
/// before PostgreSQL's first day, or where a width or an offset leaves the range.
LocalTime bucket_start(LocalTime time, const Grid<LocalTime>& grid);
LocalDay bucket_start(LocalDay day, const Grid<LocalDay>& grid);

/// The same for an instant, by the clock of UTC.
TimePoint bucket_start(TimePoint time, const Grid<LocalTime>& grid);

/// The same by the clock of a zone. A bucket starts when the clock shows an edge; where it is set
/// forward over edges, at the jump. Where it is set back over an edge, a bucket shorter than a day
/// starts each time the clock shows it, so that no two hours are merged; a longer one starts the
/// first time, so that no day is split. So buckets follow each other without gap or overlap in
/// time.
TimePoint bucket_start(TimePoint time, const Grid<LocalTime>& grid, const ZoneRules& zone);

/// The largest origin + k * width not above `value`, for integers.
/// Throws kInvalidArgument where width <= 0, kOutOfRange where the result is below 64 bits.
std::int64_t bucket_start(std::int64_t value, std::int64_t width, std::int64_t origin);

}  // namespace varve::calendar
