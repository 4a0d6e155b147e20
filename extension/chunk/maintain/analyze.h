#pragma once

#include "extension/pg/postgres.h"

namespace varve::chunk {

/// Gathers statistics of a chunk whose rows have changed wholesale. C API.
void analyze(Oid chunk);

/// Whether ANALYZE has seen the chunk. C API.
bool has_statistics(Oid chunk);

}  // namespace varve::chunk
