#pragma once

namespace varve::skipping {

/// Once, in _PG_init.
void install();

}  // namespace varve::skipping
