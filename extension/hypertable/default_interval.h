#pragma once

#include "extension/hypertable/interval.h"

// The setting timescaledb.default_chunk_time_interval.
namespace varve::hypertable {

/// What the setting says: the width of chunks of a hypertable that is made without one.
RequestedWidth chosen_default();

void define_default_interval();

}  // namespace varve::hypertable
