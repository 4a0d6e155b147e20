#pragma once

#include "extension/columnstore/group_cache.h"

#include "extension/pg/postgres.h"
extern "C" {
#include <utils/rel.h>
}

// What planning asks of a chunk's row groups: read once, then remembered until they are others. A
// plan asks it of every chunk that it reads, and there may be thousands. C API.
namespace varve::columnar {

/// All zeros for a chunk without row groups.
columnstore::GroupTotals group_totals(Relation chunk);

/// None for a chunk without row groups.
columnstore::GroupOrder group_order(Relation chunk);

}  // namespace varve::columnar
