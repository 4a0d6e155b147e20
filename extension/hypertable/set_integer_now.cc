// set_integer_now_func(): what time it is for a hypertable of integers.
#include <string>

#include "extension/catalog/hypertable_table.h"
#include "extension/catalog/ownership.h"
#include "extension/chunk/integer_now.h"
#include "extension/hypertable/dimension.h"

#include "extension/pg/boundary.h"
extern "C" {
#include <miscadmin.h>
#include <storage/lmgr.h>
#include <tcop/utility.h>
#include <utils/lsyscache.h>
}

namespace varve::hypertable {
namespace {

void set_integer_now(Oid relation, Oid function, bool replace) {
  pg::call([] { PreventCommandIfReadOnly("set_integer_now_func()"); });
  catalog::require_own_hypertable(relation);
  pg::call([&] { LockRelationOid(relation, ShareUpdateExclusiveLock); });
  const auto row = catalog::require_own_hypertable(relation);
  if (!is_integer(dimension_type(row.column_type))) {
    throw pg::SqlError(ERRCODE_FEATURE_NOT_SUPPORTED,
                       "an integer-now function is for a hypertable whose dimension is an integer");
  }
  if (row.has_integer_now && !replace) {
    throw pg::SqlError(ERRCODE_DUPLICATE_OBJECT, "the hypertable has an integer-now function", {},
                       "Use replace_if_exists => true to set another one.");
  }
  chunk::require_integer_now(function, pg::call([&] { return getBaseType(row.column_type); }));
  catalog::HypertableTable::set_integer_now(row.id, function);
}

}  // namespace
}  // namespace varve::hypertable

// set_integer_now_func(hypertable regclass, integer_now_func regproc, replace_if_exists boolean)
//   returns void, strict
VARVE_SQL_FUNCTION(varve_set_integer_now) {
  varve::hypertable::set_integer_now(PG_GETARG_OID(0), PG_GETARG_OID(1), PG_GETARG_BOOL(2));
  PG_RETURN_VOID();
}
