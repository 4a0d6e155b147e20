#pragma once

#include "extension/catalog/hypertable_table.h"
#include "extension/chunk/slice.h"

#include "extension/pg/postgres.h"

namespace varve::chunk {

/// The hypertable that the user owns; 42P01, TS001 or 42501 otherwise.
catalog::Hypertable own_hypertable(Oid relation);

/// Throws 0A000 for a hypertable whose ranges cannot be told in JSON, on a column of uuid.
void require_json_slices(const catalog::Hypertable& hypertable, const char* function);

/// Throws TS503 where a chunk of the hypertable overlaps the slice.
void require_free(const catalog::Hypertable& hypertable, Slice slice);

/// attach_chunk() in SQL.
void attach_chunk(Oid relation, Oid table, Datum slices);

}  // namespace varve::chunk
