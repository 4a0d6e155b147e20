#pragma once

namespace varve::columnstore {

/// timescaledb.auto_sparse_indexes, timescaledb.enable_sparse_index_bloom and
/// timescaledb.enable_composite_bloom_indexes. Once, in _PG_init.
void define_sparse_settings();

bool are_blooms_chosen();
bool are_blooms_read();
bool are_composite_blooms_read();

}  // namespace varve::columnstore
