#include "extension/continuous_aggregate/parts.h"

#include "extension/continuous_aggregate/sql.h"

extern "C" {
#include <access/xact.h>
#include <catalog/dependency.h>
#include <catalog/pg_class.h>
#include <utils/builtins.h>
#include <utils/lsyscache.h>
}

namespace varve::continuous_aggregate {

const char* select_of(const Aggregate& aggregate, bool materialized_only) {
  const char* columns = column_list(aggregate.materialization);
  const char* stored =
      psprintf("SELECT %s FROM %s", columns, qualified_name(aggregate.materialization));
  if (materialized_only) return stored;
  Oid type = InvalidOid;
  int32 typmod = 0;
  Oid collation = InvalidOid;
  get_atttypetypmodcoll(aggregate.materialization, aggregate.bucket_column, &type, &typmod,
                        &collation);
  return psprintf("%s WHERE %s < varve_catalog.watermark(%d, NULL::%s) UNION ALL SELECT %s FROM %s",
                  stored, quoted_column(aggregate.materialization, aggregate.bucket_column),
                  aggregate.id, format_type_be_qualified(type), columns,
                  qualified_name(aggregate.recent));
}

void tie_together(const Aggregate& aggregate) {
  ObjectAddress whole;
  ObjectAddressSet(whole, RelationRelationId, aggregate.relation);
  for (const Oid part : {aggregate.materialization, aggregate.definition, aggregate.recent}) {
    ObjectAddress address;
    ObjectAddressSet(address, RelationRelationId, part);
    recordDependencyOn(&address, &whole, DEPENDENCY_INTERNAL);
  }
  CommandCounterIncrement();
}

}  // namespace varve::continuous_aggregate
