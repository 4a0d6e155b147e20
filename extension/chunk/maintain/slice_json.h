#pragma once

#include "extension/catalog/chunk_table.h"
#include "extension/catalog/hypertable_table.h"
#include "extension/chunk/slice.h"

#include "extension/pg/postgres.h"

namespace varve::chunk {

/// The range that `slices` describes for a chunk of the hypertable: {"time": [begin, end]}.
///
/// Each end is text as the dimension's type reads it, a number (for times: microseconds from 1970),
/// or null for no end. Reports 22023 where it is anything else or contains nothing, TS002 for a
/// dimension that the hypertable does not have, and what the type reports for text. C API.
Slice slice_of_json(Datum slices, const catalog::Hypertable& hypertable);

/// The other way: jsonb with the range of a chunk, in numbers; where a second dimension divides it,
/// with which remainder of the hash it holds, as in _timescaledb_catalog.dimension_slice. C API.
Datum json_of_slice(const catalog::Chunk& chunk, const catalog::Hypertable& hypertable);

}  // namespace varve::chunk
