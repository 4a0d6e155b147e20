#pragma once

#include <cstdint>

#include "extension/pg/postgres.h"

namespace varve::skipping {

/// Whether a column of this type can have a range.
bool has_ranges(Oid type);
/// A value of such a type as ranges have it.
std::int64_t range_value(Oid type, Datum value);

/// Stores the ranges of a chunk in columns anew: of its row groups and of the rows beside them.
/// None where these are many, or something cannot be told. The caller holds a lock on the chunk
/// that conflicts with writers, to the end of the transaction. C API.
void store_ranges(std::int32_t hypertable_id, Oid chunk);

/// Stores that nothing is known of a chunk any more. The same lock is held.
void forget_ranges(std::int32_t hypertable_id, Oid chunk);

/// Whether the chunk lacks a range that store_ranges() could give it, or has been written into.
bool lacks_ranges(std::int32_t hypertable_id, Oid chunk);

}  // namespace varve::skipping
