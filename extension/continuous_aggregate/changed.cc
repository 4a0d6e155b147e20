// varve_catalog.changed(value anyelement, hypertable regclass) returns anyelement
// varve_catalog.inserted(value anyelement, hypertable regclass) returns anyelement
//
// Around every value that a statement writes into the primary dimension of a source, and on every
// value that it takes away (track_changes.h). Values that a statement only tries to write count as
// well: too much is recomputed, never too little.
#include "extension/chunk/coordinate.h"
#include "extension/continuous_aggregate/changes.h"

#include "extension/pg/boundary.h"
extern "C" {
#include <catalog/pg_type.h>
#include <utils/lsyscache.h>
}

namespace varve::continuous_aggregate {
namespace {

/// What one call site remembers: no query outlives its transaction, whose changes these are.
struct CallSite {
  Changes* changes;  // null: the hypertable has no aggregates by now
  Oid type;
};

const CallSite& call_site(FunctionCallInfo fcinfo) {
  FmgrInfo& function = *fcinfo->flinfo;
  if (function.fn_extra != nullptr) return *static_cast<CallSite*>(function.fn_extra);
  const Source* source = find_source(PG_GETARG_OID(1));
  CallSite site = {nullptr, InvalidOid};
  if (source != nullptr) {
    const Oid type = source->type;
    site = {&row_changes_of(*source), type};
  }
  return *pg::call([&] {
    auto* made = static_cast<CallSite*>(MemoryContextAlloc(function.fn_mcxt, sizeof(CallSite)));
    *made = site;
    if (OidIsValid(site.type) && getBaseType(get_fn_expr_argtype(&function, 0)) != site.type) {
      ereport(ERROR, (errcode(ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE),
                      errmsg("%s() is part of statements that write into a hypertable",
                             get_func_name(function.fn_oid)),
                      errdetail("It cannot be called from elsewhere.")));
    }
    function.fn_extra = made;
    return made;
  });
}

std::int64_t coordinate(Datum value, Oid type) {
  switch (type) {
    case TIMESTAMPTZOID:
    case TIMESTAMPOID:
    case INT8OID: return DatumGetInt64(value);
    default: return chunk::coordinate_of(value, type);
  }
}

/// Gives the value back, and `note` what it is in the dimension.
template <class Note>
Datum pass(FunctionCallInfo fcinfo, Note&& note) {
  // NULL: no row, in an outer join of MERGE; or one that its chunk will refuse.
  if (PG_ARGISNULL(0)) PG_RETURN_NULL();
  if (!PG_ARGISNULL(1)) {
    const CallSite& site = call_site(fcinfo);
    if (site.changes != nullptr) note(*site.changes, coordinate(PG_GETARG_DATUM(0), site.type));
  }
  PG_RETURN_DATUM(PG_GETARG_DATUM(0));
}

Datum pass_changed(FunctionCallInfo fcinfo) {
  return pass(fcinfo, [](Changes& changes, std::int64_t at) { changes.add(at); });
}

Datum pass_inserted(FunctionCallInfo fcinfo) {
  return pass(fcinfo, [](Changes& changes, std::int64_t at) { changes.add_inserted(at); });
}

}  // namespace
}  // namespace varve::continuous_aggregate

VARVE_SQL_FUNCTION(varve_changed) { return varve::continuous_aggregate::pass_changed(fcinfo); }

VARVE_SQL_FUNCTION(varve_inserted) { return varve::continuous_aggregate::pass_inserted(fcinfo); }
