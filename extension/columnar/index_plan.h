#pragma once

namespace varve::columnar {

/// Tells the planner what the indexes of columnar chunks are: complete by the shim, but in no
/// order, and no source of values; or, where the shim cannot help, of no use for scans. Those that
/// are complete by themselves stay what they are; rows behind them cost more. Called from
/// _PG_init().
void install_index_plan();

}  // namespace varve::columnar
