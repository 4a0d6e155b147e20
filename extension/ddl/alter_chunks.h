#pragma once

namespace varve::ddl {

/// Once, in _PG_init: what PostgreSQL changes on a partitioned table alone (its owner, row-level
/// security, replica identity, persistence, tablespace, options and compression of columns, the
/// names of foreign keys) is changed on the chunks that there are as well; chunks to come take it
/// from the hypertable. What would leave the two different is refused.
///
/// ONLY makes no difference to these, nor to SET DEFAULT, SET STATISTICS and SET STORAGE: a chunk
/// that is made tomorrow would have what today's are spared.
void install_alter_chunks();

}  // namespace varve::ddl
