#include "extension/continuous_aggregate/statement.h"

#include "extension/pg/boundary.h"
extern "C" {
#include <catalog/namespace.h>
#include <catalog/pg_class.h>
#include <miscadmin.h>
#include <nodes/makefuncs.h>
#include <utils/acl.h>
#include <utils/lsyscache.h>
}

namespace varve::continuous_aggregate {

std::optional<Aggregate> named_aggregate(const RangeVar* name) {
  if (name == nullptr) return std::nullopt;
  const Oid relation = RangeVarGetRelid(name, NoLock, true);
  if (!OidIsValid(relation) || get_rel_relkind(relation) != RELKIND_VIEW) return std::nullopt;
  return AggregateTable::find(relation);
}

void check_owner(const Aggregate& aggregate) {
  if (pg_class_ownercheck(aggregate.relation, GetUserId())) return;
  aclcheck_error(ACLCHECK_NOT_OWNER, OBJECT_MATVIEW, get_rel_name(aggregate.relation));
}

RangeVar* results_name(const Aggregate& aggregate) {
  const Oid results = aggregate.materialization;
  return makeRangeVar(get_namespace_name(get_rel_namespace(results)), get_rel_name(results), -1);
}

void refuse(const RangeVar& name, const char* what, const char* hint) {
  ereport(ERROR, (errcode(ERRCODE_FEATURE_NOT_SUPPORTED),
                  errmsg("cannot %s continuous aggregate \"%s\"", what, name.relname),
                  errhint("%s", hint)));
  pg_unreachable();
}

}  // namespace varve::continuous_aggregate
