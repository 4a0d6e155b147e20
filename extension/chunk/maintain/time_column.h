#pragma once

#include "extension/catalog/hypertable_table.h"
#include "extension/chunk/maintain/row_versions.h"

#include "extension/pg/postgres.h"

namespace varve::chunk {

/// Where a chunk has the primary dimension of its hypertable. C API.
TimeColumn time_column_of(Relation chunk, const catalog::Hypertable& hypertable);

}  // namespace varve::chunk
