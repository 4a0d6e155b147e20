#pragma once

#include "extension/continuous_aggregate/definition.h"

// What finding and checking a definition share. C in the sense of boundary.h.
namespace varve::continuous_aggregate {

/// How many buckets of a dimension there are in GROUP BY; `definition` tells of the last.
int find_buckets(Query* query, Definition& definition);

/// Makes the call's arguments constants, all but the time. False where they are none.
bool fold_arguments(BucketCall& bucket);

/// The column of the source that a result is, and nothing more; 0 for all others.
AttrNumber source_column(const Definition& definition, const TargetEntry& target);

}  // namespace varve::continuous_aggregate
