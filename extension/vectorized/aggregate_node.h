#pragma once

#include "extension/pg/postgres.h"
extern "C" {
#include <nodes/extensible.h>
}

namespace varve::vectorized {

/// The plan node that aggregates what its child gives. Private data: a List for each key, of
/// integers {target of the child, length of its type}, and one for each aggregate {function, target
/// of the child that is its argument, or -1}; a list of whether only WantedGroups count;
/// custom_scan_tlist has keys, then aggregates.
extern const CustomScanMethods kVectorizedAggregate;

}  // namespace varve::vectorized
