#pragma once

#include "extension/hypertable/interval.h"

#include "extension/pg/postgres.h"

namespace varve::hypertable {

/// Sets the width of the chunks to come, for the owner of hypertable `relation`; `dimension`, where
/// it is not null, must be the name of its dimension. Waits for writers: two sessions that made
/// chunks of different widths would cut the same time differently.
void set_chunk_interval(Oid relation, const NameData* dimension, const RequestedWidth& request);

}  // namespace varve::hypertable
