// varve_catalog.route(value anyelement, hypertable regclass) returns anyelement
//
// Around every new value of a primary dimension (route_targets.h): gives the value back once its
// chunk exists and is locked. Runs when the row is computed, before the executor looks for the
// partition; so it works for INSERT, UPDATE and MERGE, whatever they are nested in.
#include <optional>

#include "extension/catalog/hypertable_cache.h"
#include "extension/chunk/coordinate.h"
#include "extension/dml/routed_query.h"
#include "extension/dml/writable_slice.h"

#include "extension/pg/boundary.h"
extern "C" {
#include <catalog/pg_type.h>
#include <utils/lsyscache.h>
}

namespace varve::dml {
namespace {

/// What one call site remembers: the chunk of the last row, in which the next one mostly belongs
/// too. A chunk that this query has locked cannot go while it runs.
struct CallSite {
  chunk::Slice last;
  Oid type;
};

[[noreturn]] void throw_misplaced() {
  throw pg::SqlError(ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE,
                     "route() is part of statements that write into the hypertable",
                     "It cannot be called from elsewhere.");
}

CallSite& call_site(FmgrInfo& function, const catalog::Hypertable& hypertable) {
  if (function.fn_extra != nullptr) return *static_cast<CallSite*>(function.fn_extra);
  auto* site = pg::call([&]() -> CallSite* {
    const Oid type = getBaseType(hypertable.column_type);
    if (getBaseType(get_fn_expr_argtype(&function, 0)) != type) return nullptr;
    auto* made = static_cast<CallSite*>(MemoryContextAlloc(function.fn_mcxt, sizeof(CallSite)));
    *made = {{0, 0}, type};
    function.fn_extra = made;
    return made;
  });
  if (site == nullptr) throw_misplaced();
  return *site;
}

catalog::Hypertable hypertable_of(Oid relation) {
  const catalog::Hypertable* known = catalog::cached_hypertable(relation);
  if (known == nullptr) {
    throw pg::SqlError(ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE,
                       "the table is no longer a hypertable");
  }
  return *known;
}

void route(FunctionCallInfo fcinfo) {
  const Oid relation = PG_GETARG_OID(1);
  const catalog::Hypertable hypertable = hypertable_of(relation);
  if (PG_ARGISNULL(0)) chunk::throw_null_coordinate(hypertable);

  RoutedQuery* query = RoutedQuery::running();
  Relation parent = query != nullptr ? query->target(relation) : nullptr;
  if (parent == nullptr) throw_misplaced();
  CallSite& site = call_site(*fcinfo->flinfo, hypertable);
  chunk::coordinate_of(PG_GETARG_DATUM(0), site.type);  // refuses what no chunk can hold
  site.last = writable_slice(query->estate(), parent, hypertable, PG_GETARG_DATUM(0), site.type,
                             [&] { pg::call([&] { query->replace_routing(); }); });
}

bool in_last_slice(FunctionCallInfo fcinfo) {
  const auto* site = static_cast<const CallSite*>(fcinfo->flinfo->fn_extra);
  if (site == nullptr || PG_ARGISNULL(0)) return false;
  switch (site->type) {
    case TIMESTAMPTZOID:
    case TIMESTAMPOID:
    case INT8OID: return holds(site->last, PG_GETARG_INT64(0));
    case INT4OID: return holds(site->last, PG_GETARG_INT32(0));
    case INT2OID: return holds(site->last, PG_GETARG_INT16(0));
    default: return holds(site->last, chunk::coordinate_of(PG_GETARG_DATUM(0), site->type));
  }
}

}  // namespace
}  // namespace varve::dml

VARVE_SQL_FUNCTION(varve_route) {
  if (!varve::dml::in_last_slice(fcinfo)) varve::dml::route(fcinfo);
  PG_RETURN_DATUM(PG_GETARG_DATUM(0));
}
