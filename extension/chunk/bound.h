#pragma once

#include <cstdint>
#include <optional>

#include "extension/catalog/hypertable_table.h"

#include "extension/pg/postgres.h"

// The bounds of show_chunks() and drop_chunks(), which take "any" type.
namespace varve::chunk {

/// Argument `position` as a bound in the units of Slice for the primary dimension; nothing where it
/// is null.
///
/// Times      an interval means that long before the transaction began; a date, timestamp or
///            timestamptz itself; text, or a literal without a type, whichever of these it reads
///            as.
/// Integers   an integer of any width, or text that reads as one; an interval where the hypertable
///            has an integer-now function whose unit is plain (integer_clock.h).
/// Anything else is an error 22023.
std::optional<std::int64_t> range_bound(FunctionCallInfo fcinfo, int position, const char* name,
                                        const catalog::Hypertable& hypertable);

/// The same for the time of creation, a timestamptz.
std::optional<std::int64_t> creation_bound(FunctionCallInfo fcinfo, int position, const char* name);

}  // namespace varve::chunk
