#pragma once

namespace varve::continuous_aggregate {

/// Once, in _PG_init: CREATE MATERIALIZED VIEW ... WITH (timescaledb.continuous).
void install_create();

}  // namespace varve::continuous_aggregate
