#pragma once

namespace varve::ddl {

/// Once, in _PG_init: a publication that holds a hypertable publishes it, and not its chunks, whose
/// names no subscriber knows. CREATE PUBLICATION sets publish_via_partition_root where it is left
/// open; what would leave it off is refused.
void install_publication();

}  // namespace varve::ddl
