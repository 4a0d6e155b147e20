#pragma once

namespace varve::job {

/// timescaledb.restoring: no jobs run in a database that has it set.
bool is_restoring();

/// Once, in _PG_init.
void install_restoring();

}  // namespace varve::job
