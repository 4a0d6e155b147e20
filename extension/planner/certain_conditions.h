#pragma once

namespace varve::planner {

/// Once, in _PG_init, before whoever else adds paths to chunks: of the conditions on the time
/// column a plan evaluates in each chunk those alone that the chunk's range does not make certain.
void install_certain_conditions();

}  // namespace varve::planner
