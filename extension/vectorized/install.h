#pragma once

namespace varve::vectorized {

/// Hooks and settings; called from _PG_init().
void install();

}  // namespace varve::vectorized
