#pragma once

#include <cstdint>

#include "extension/catalog/hypertable_table.h"

#include "extension/pg/postgres.h"

// Values of the primary dimension as the coordinates that Slice counts in, and back: the one place
// that knows the types a dimension can have. `type` is one of them, never a domain over one.
namespace varve::chunk {

/// Where the coordinates of a type lie: [lowest, highest).
///
/// Times      the years that timestamp and timestamptz have; later dates cannot be stored. UUIDs
///            of version 7 count as the time they hold, to the microsecond: 1970 to 10889.
/// Integers   all, but the largest bigint, which would need an end beyond it.
struct Extent {
  std::int64_t lowest;
  std::int64_t highest;
};

/// timestamptz, timestamp, date, uuid, smallint, integer, bigint.
bool is_dimension_type(Oid type);

/// The first four of these.
bool is_time_type(Oid type);

Extent extent_of(Oid type);

/// The origin of the grid of chunks for slice_of().
std::int64_t grid_origin_of(Oid type);

/// Throws SqlError 22008 for a time that no chunk can hold (infinity, or a date after timestamp
/// ends), 22003 for such an integer, 0A000 for a UUID of another version.
std::int64_t coordinate_of(Datum value, Oid type);

/// The first value whose coordinate is not less than `coordinate`, which lies in the extent. A date
/// rounds up to midnight. A UUID is allocated in the current memory context.
Datum datum_of(std::int64_t coordinate, Oid type);

/// A row without a value in its primary dimension: SqlError 23502, in the words that PostgreSQL has
/// for any NOT NULL column.
[[noreturn]] void throw_null_coordinate(const catalog::Hypertable& hypertable);

}  // namespace varve::chunk
