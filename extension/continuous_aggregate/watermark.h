#pragma once

#include "extension/pg/postgres.h"
extern "C" {
#include <nodes/parsenodes.h>
}

namespace varve::continuous_aggregate {

/// Replaces calls of watermark() in the query, not those in its subqueries, by what they give in
/// the snapshot that the query is planned with: then partitions on either side are left out while
/// planning. Why that is safe in a cached plan: docs/decisions/aggregate-watermark.md. C in the
/// sense of boundary.h.
void fold_watermarks(Query& query);

/// Once, in _PG_init.
void install_watermark();

}  // namespace varve::continuous_aggregate
