#pragma once

#include <string>

#include "extension/pg/boundary.h"
#include "extension/pg/sqlstate.h"
extern "C" {
#include <access/htup_details.h>
#include <funcapi.h>
#include <utils/builtins.h>
}

// Arguments and results of the SQL functions that make hypertables and their dimensions.
namespace varve::hypertable {

inline void require_argument(FunctionCallInfo fcinfo, int index, const char* name) {
  if (!PG_ARGISNULL(index)) return;
  throw pg::SqlError(ERRCODE_INVALID_PARAMETER_VALUE, std::string(name) + " must not be null");
}

inline bool flag_argument(FunctionCallInfo fcinfo, int index, bool otherwise) {
  return PG_ARGISNULL(index) ? otherwise : PG_GETARG_BOOL(index);
}

/// Which dimension a partitioning function is given for.
enum class FunctionOf { kTime, kSpace };

/// Throws TS101 for a partitioning function. Partitions by an expression have no unique keys, and
/// no chunk of them is found by the column: docs/decisions/partitioning-functions.md.
inline void refuse_function(FunctionCallInfo fcinfo, int index, FunctionOf dimension) {
  if (PG_ARGISNULL(index)) return;
  if (dimension == FunctionOf::kTime) {
    throw pg::SqlError(
        pg::kOperationNotSupported, "a hypertable cannot be partitioned by a function of its time",
        "PostgreSQL allows no unique keys then, and finds no chunk by the column.",
        "Keep what the function gives in a column of its own, and partition by that.");
  }
  throw pg::SqlError(pg::kOperationNotSupported,
                     "a hypertable cannot be divided by a hash function of the user's",
                     "PostgreSQL allows no unique keys then, and finds no chunk by the column.",
                     "Leave the function out: PostgreSQL's hash of the column's type is used. Or "
                     "keep what it gives "
                     "in a column of its own, and divide by that.");
}

/// The one row of a function that returns TABLE(...).
inline Datum row_result(FunctionCallInfo fcinfo, Datum* values) {
  return pg::call([&] {
    TupleDesc columns = nullptr;
    if (get_call_result_type(fcinfo, nullptr, &columns) != TYPEFUNC_COMPOSITE) {
      ereport(ERROR, (errcode(ERRCODE_FEATURE_NOT_SUPPORTED),
                      errmsg("function returning record called in context that cannot accept it")));
    }
    bool nulls[8] = {};
    return HeapTupleGetDatum(heap_form_tuple(BlessTupleDesc(columns), values, nulls));
  });
}

inline Datum name_datum(const char* text) {
  return pg::call([&] { return DirectFunctionCall1(namein, CStringGetDatum(text)); });
}

}  // namespace varve::hypertable
