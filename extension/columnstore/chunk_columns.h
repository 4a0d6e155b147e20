#pragma once

namespace varve::columnstore {

/// Lets move_chunk(), merge_chunks(), split_chunk() and attach_chunk() work on chunks in columns.
/// Once, in _PG_init.
void install_chunk_columns();

}  // namespace varve::columnstore
