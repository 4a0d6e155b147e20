#pragma once

#include <cstdint>

namespace varve::hypertable {

/// The types that a primary dimension can have.
enum class DimensionType { kSmallint, kInteger, kBigint, kDate, kTimestamp, kTimestamptz, kUuid };

constexpr bool is_integer(DimensionType type) { return type <= DimensionType::kBigint; }

/// The width of a chunk, as a caller asked for it.
struct RequestedWidth {
  enum class Form { kDefault, kInteger, kInterval };
  Form form = Form::kDefault;
  std::int64_t integer = 0;  // kInteger; microseconds for a time column
  std::int32_t months = 0;   // kInterval: months, days and microseconds, as PostgreSQL keeps them
  std::int32_t days = 0;
  std::int64_t microseconds = 0;
};

/// The width of a chunk: microseconds for a time column, integers for an integer one. A month
/// counts 30 days, as PostgreSQL compares intervals; a date column takes whole days only.
/// Throws kInvalidArgument where the request does not suit the type or is not positive.
std::int64_t chunk_interval(DimensionType type, const RequestedWidth& request);

/// The width of a chunk of whoever asks for none, where `chosen` is what a setting asks for: times
/// take it, dates with days rounded up; integers have defaults of their own. Throws as above.
std::int64_t default_interval(DimensionType type, const RequestedWidth& chosen);

/// Whether an integer width for a time column is so short that the unit was probably mistaken.
bool looks_mistaken(DimensionType type, const RequestedWidth& request);

}  // namespace varve::hypertable
