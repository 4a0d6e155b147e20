#pragma once

namespace varve::continuous_aggregate {

/// Once, in _PG_init, after the catalog and the dispatch of statements.
void install();

}  // namespace varve::continuous_aggregate
