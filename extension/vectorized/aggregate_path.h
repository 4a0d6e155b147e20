#pragma once

namespace varve::vectorized {

/// Offers to aggregate columnar chunks by vectors, where results are PostgreSQL's to the bit.
void install_aggregate_path();

}  // namespace varve::vectorized
