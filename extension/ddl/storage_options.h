#pragma once

namespace varve::ddl {

/// Once, in _PG_init: ALTER TABLE hypertable SET (fillfactor = ...) and RESET, which PostgreSQL
/// refuses on a partitioned table. The parameters are kept in the catalog for chunks to come, and
/// set on the chunks there are.
void install_storage_options();

}  // namespace varve::ddl
