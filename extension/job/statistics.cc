// analyze_parent(): what ANALYZE does for the hypertable alone. The statement would analyze every
// chunk again, which autovacuum does when they change.
#include <string>

#include "extension/catalog/hypertable_table.h"

#include "extension/pg/boundary.h"
#include "extension/pg/sqlstate.h"
extern "C" {
#include <access/xact.h>
#include <commands/vacuum.h>
#include <miscadmin.h>
#include <utils/acl.h>
#include <utils/lsyscache.h>
}

namespace varve::job {
namespace {

void analyze_parent(Oid relation) {
  if (!catalog::HypertableTable::find(relation)) {
    throw pg::SqlError(pg::kHypertableNotExist,
                       "relation with OID " + std::to_string(relation) + " is not a hypertable");
  }
  pg::call([&] {
    if (!pg_class_ownercheck(relation, GetUserId())) {
      aclcheck_error(ACLCHECK_NOT_OWNER, OBJECT_TABLE, get_rel_name(relation));
    }
    VacuumParams parameters = {};
    parameters.options = VACOPT_ANALYZE;
    parameters.log_min_duration = -1;
    analyze_rel(relation, nullptr, &parameters, NIL, true, nullptr);
    CommandCounterIncrement();
  });
}

}  // namespace
}  // namespace varve::job

// analyze_parent(hypertable regclass) returns void
VARVE_SQL_FUNCTION(varve_analyze_parent) {
  varve::job::analyze_parent(PG_GETARG_OID(0));
  PG_RETURN_VOID();
}
