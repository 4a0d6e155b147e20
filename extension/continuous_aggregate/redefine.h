#pragma once

#include "extension/continuous_aggregate/aggregate_table.h"

#include "extension/pg/postgres.h"
extern "C" {
#include <nodes/parsenodes.h>
}

// Another query for an aggregate that keeps its results. C in the sense of boundary.h.
namespace varve::continuous_aggregate {

/// The one SELECT that `text` is. Reports syntax_error where it is none, or more.
Query* query_of_text(const char* text);

/// ALTER MATERIALIZED VIEW ... ADD COLUMN name type GENERATED ALWAYS AS (expression) STORED: `text`
/// is the statement's. Reports 0A000 for a column that is not computed, 42701 where there is one of
/// the name.
void add_column(const Aggregate& aggregate, const AlterTableCmd& command, const char* text);

}  // namespace varve::continuous_aggregate
