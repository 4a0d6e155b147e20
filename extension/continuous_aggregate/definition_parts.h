#pragma once

#include "extension/continuous_aggregate/definition.h"

// What finding and checking a definition share. C in the sense of boundary.h.
namespace varve::continuous_aggregate {

/// How many buckets of a dimension there are in GROUP BY; `definition` tells of the last.
int find_buckets(Query* query, Definition& definition);

/// Makes the call's arguments constants, all but the time. False where they are none.
bool fold_arguments(BucketCall& bucket);

}  // namespace varve::continuous_aggregate
