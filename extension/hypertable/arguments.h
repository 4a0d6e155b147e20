#pragma once

#include <string>

#include "extension/pg/boundary.h"
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
