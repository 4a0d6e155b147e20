#pragma once

#include "extension/continuous_aggregate/aggregate_table.h"

#include "extension/pg/postgres.h"
extern "C" {
#include <nodes/parsenodes.h>
#include <nodes/primnodes.h>
}

// The views and the table that make up an aggregate. C in the sense of boundary.h, with SPI
// connected.
namespace varve::continuous_aggregate {

/// What the view that users read selects: the stored results, and unless `materialized_only` what
/// follows them.
const char* select_of(const Aggregate& aggregate, bool materialized_only);

/// "name type COLLATE collation" for a column of the results.
const char* column_definition(const TargetEntry& target);

/// The query as text whose names are qualified for the search path of execute().
const char* text_of(Query* query);

/// varve_catalog.watermark(id, NULL::type)
Expr* watermark_call(std::int32_t id, Oid type);

/// Lets the parts go with the view, and only with it.
void tie_together(const Aggregate& aggregate);

}  // namespace varve::continuous_aggregate
