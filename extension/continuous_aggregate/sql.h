#pragma once

#include <cstdint>

#include "extension/continuous_aggregate/range_set.h"

#include "extension/pg/postgres.h"
extern "C" {
#include <access/attnum.h>
}

// Statements of our own, through SPI, which the caller has connected. C in the sense of boundary.h.
namespace varve::continuous_aggregate {

/// The search path of the statements below, so that names in deparsed text are qualified for them:
/// until AtEOXact_GUC() of the result.
int restrict_search_path();

/// Becomes `user` until end_as() gets what this gives.
int begin_as(Oid user, Oid& caller, int& context);
void end_as(Oid caller, int context, int level);

/// In the name of `user`, who can do nothing else meanwhile: names mean those of pg_catalog unless
/// they are qualified, and settings that functions change are put back. Rows are in SPI_tuptable.
void execute_as(Oid user, const char* statement, bool read_only = false);

/// The same for a `body` that runs several statements.
template <class Body>
void run_as(Oid user, Body&& body) {
  Oid caller = InvalidOid;
  int context = 0;
  const int level = begin_as(user, caller, context);
  body();
  end_as(caller, context, level);
}

/// As the owner of our catalog.
void execute(const char* statement, bool read_only = false);

/// The result of the last statement: one bigint, or `otherwise` where it is NULL or missing.
std::int64_t number_or(std::int64_t otherwise);

/// The result of the last statement: rows of two bigints, appended to C++'s memory. Reads them
/// without any call that may ereport.
Ranges read_ranges();

/// schema.name, quoted, in the current memory context.
const char* qualified_name(Oid relation);

/// The name of a column, quoted.
const char* quoted_column(Oid relation, AttrNumber column);

/// "a, b, c": the columns of the relation.
const char* column_list(Oid relation);

}  // namespace varve::continuous_aggregate
