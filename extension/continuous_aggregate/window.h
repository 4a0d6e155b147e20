#pragma once

#include "extension/continuous_aggregate/aggregate_table.h"
#include "extension/continuous_aggregate/definition.h"

#include "extension/pg/postgres.h"

// The arguments (continuous_aggregate regclass, window_start "any", window_end "any"). C++ in the
// sense of boundary.h.
namespace varve::continuous_aggregate {

/// Throws wrong_object_type where the relation is none.
Aggregate required_aggregate(FunctionCallInfo fcinfo);

/// Arguments 1 and 2; NULL is an end of all coordinates. Throws 22023 for types that do not suit.
Range window_argument(FunctionCallInfo fcinfo, const Aggregate& aggregate);

/// The whole buckets in the window.
Range inscribed_window(const Definition& definition, Range window);

}  // namespace varve::continuous_aggregate
