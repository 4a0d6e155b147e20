#pragma once

namespace varve::planner {

/// Once, in _PG_init: offers SkipScan (skip_scan.h) for the chunks of a hypertable where the query
/// needs one row of each distinct value (reduction.h), and the setting timescaledb.enable_skipscan.
void install_skip_scan();

}  // namespace varve::planner
