#pragma once

#include "extension/chunk/slice.h"

#include "extension/pg/postgres.h"

namespace varve::chunk {

/// Runs PostgreSQL's own ALTER TABLE parent ATTACH PARTITION table FOR VALUES ..., which compares
/// columns and CHECKs, looks at every row, takes over indexes that fit, builds the others, and
/// clones triggers and foreign keys. `type` is the base type of the dimension. This session must
/// not have either table open. C API.
void attach_partition(Oid parent, Oid type, Oid table, Slice slice);

}  // namespace varve::chunk
