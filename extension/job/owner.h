#pragma once

namespace varve::job {

/// Jobs go with what they are for: with a policy's table, and with a role that is dropped with all
/// it owns. A role that still owns jobs of this database cannot be dropped. Once, in _PG_init,
/// after ddl::install_dispatch().
void install_owner();

}  // namespace varve::job
