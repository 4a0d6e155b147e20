#pragma once

namespace varve::ddl {

/// Once, in _PG_init: CREATE TABLE ... WITH (tsdb.hypertable, tsdb.partition_column = ..., ...)
/// makes a hypertable at once, and ALTER TABLE ... SET (tsdb.chunk_interval = ...) sets the width
/// of chunks to come. The prefix timescaledb means the same.
void install_hypertable_options();

}  // namespace varve::ddl
