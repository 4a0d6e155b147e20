// varve_catalog.has_dead_columnar_rows(): for policies, which look at many chunks.
#include "extension/chunk/maintain/columns.h"
#include "extension/columnstore/group_states.h"

#include "extension/pg/boundary.h"
#include "extension/pg/freeze.h"
extern "C" {
#include <access/relation.h>
}

namespace varve::columnstore {
namespace {

bool has_dead_rows(Oid relation) {
  Relation chunk = try_relation_open(relation, AccessShareLock);
  if (chunk == nullptr) return false;
  const bool found =
      chunk::is_columnar(relation) && has_dead_to_fold(chunk, pg::freeze_limits(chunk).oldest);
  relation_close(chunk, AccessShareLock);
  return found;
}

}  // namespace
}  // namespace varve::columnstore

// varve_catalog.has_dead_columnar_rows(chunk regclass) returns boolean
VARVE_SQL_FUNCTION(varve_has_dead_columnar_rows) {
  const Oid relation = PG_GETARG_OID(0);
  PG_RETURN_BOOL(varve::pg::call([&] { return varve::columnstore::has_dead_rows(relation); }));
}
