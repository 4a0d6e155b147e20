// Rows of varve_catalog.continuous_aggregate that pg_restore copies in. Whoever installed the
// extension may do so, and everything else trusts the catalog: the row must name views and a table
// of the user's own.
#include "extension/continuous_aggregate/aggregate_table.h"
#include "extension/continuous_aggregate/parts.h"

#include "extension/pg/boundary.h"
extern "C" {
#include <catalog/pg_class.h>
#include <commands/trigger.h>
#include <miscadmin.h>
#include <utils/acl.h>
#include <utils/lsyscache.h>
#include <utils/rel.h>
}

namespace varve::continuous_aggregate {
namespace {

void require(Oid relation, char kind) {
  if (get_rel_relkind(relation) != kind) {
    ereport(ERROR, (errcode(ERRCODE_INVALID_TABLE_DEFINITION),
                    errmsg("row of varve_catalog.continuous_aggregate does not describe one"),
                    errdetail("Relation %u is not of the kind it should be.", relation)));
  }
  if (pg_class_ownercheck(relation, GetUserId())) return;
  aclcheck_error(ACLCHECK_NOT_OWNER, kind == RELKIND_VIEW ? OBJECT_VIEW : OBJECT_TABLE,
                 get_rel_name(relation));
}

void take(const TriggerData& trigger) {
  HeapTuple tuple =
      TRIGGER_FIRED_BY_UPDATE(trigger.tg_event) ? trigger.tg_newtuple : trigger.tg_trigtuple;
  const Aggregate row = AggregateTable::row_of(tuple, RelationGetDescr(trigger.tg_relation));
  for (const Oid view : {row.relation, row.definition, row.recent}) require(view, RELKIND_VIEW);
  for (const Oid table : {row.materialization, row.source})
    require(table, RELKIND_PARTITIONED_TABLE);
  tie_together(row);
  announce(row.source);
}

}  // namespace
}  // namespace varve::continuous_aggregate

// varve_catalog.continuous_aggregate_restored() returns trigger
VARVE_SQL_FUNCTION(varve_continuous_aggregate_restored) {
  if (!CALLED_AS_TRIGGER(fcinfo)) {
    throw varve::pg::SqlError(ERRCODE_E_R_I_E_TRIGGER_PROTOCOL_VIOLATED, "not called as a trigger");
  }
  varve::pg::call([&] {
    varve::continuous_aggregate::take(*reinterpret_cast<const TriggerData*>(fcinfo->context));
  });
  return Datum{0};
}
