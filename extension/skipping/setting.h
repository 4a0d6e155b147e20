#pragma once

namespace varve::skipping {

/// timescaledb.enable_chunk_skipping
bool is_enabled();

/// Once, in _PG_init.
void define_setting();

}  // namespace varve::skipping
