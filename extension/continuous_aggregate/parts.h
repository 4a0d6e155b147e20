#pragma once

#include "extension/continuous_aggregate/aggregate_table.h"

// The views and the table that make up an aggregate. C in the sense of boundary.h, with SPI
// connected.
namespace varve::continuous_aggregate {

/// What the view that users read selects: the stored results, and unless `materialized_only` what
/// follows them.
const char* select_of(const Aggregate& aggregate, bool materialized_only);

/// Lets the parts go with the view, and only with it.
void tie_together(const Aggregate& aggregate);

}  // namespace varve::continuous_aggregate
