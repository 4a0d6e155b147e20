#pragma once

#include "extension/pg/postgres.h"
extern "C" {
#include <nodes/extensible.h>
}

namespace varve::vectorized {

/// The plan node that aggregates what its children give, without groups. Private data: a List of
/// integers for each aggregate, {function, target of the children that is its argument, or -1};
/// custom_scan_tlist has the aggregates in the same order.
extern const CustomScanMethods kVectorizedAggregate;

}  // namespace varve::vectorized
