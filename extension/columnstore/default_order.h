#pragma once

#include "extension/columnstore/settings.h"

#include "extension/pg/postgres.h"

namespace varve::columnstore {

/// Columns to segment by, from the indexes of a hypertable: those beside the time column, of the
/// unique index that has the fewest columns, or else of another one. Where indexes say nothing,
/// none. `because` is the index that decided, or null. C API.
List* default_segmentby(Oid hypertable, const char* time_column, const char** because);

/// By time, the newest first.
List* default_orderby(const char* time_column);

}  // namespace varve::columnstore
