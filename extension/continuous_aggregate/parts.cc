#include "extension/continuous_aggregate/parts.h"

#include "extension/continuous_aggregate/sql.h"

extern "C" {
#include <access/xact.h>
#include <catalog/dependency.h>
#include <catalog/pg_class.h>
#include <catalog/pg_type.h>
#include <nodes/makefuncs.h>
#include <nodes/nodeFuncs.h>
#include <parser/parse_func.h>
#include <utils/builtins.h>
#include <utils/guc.h>
#include <utils/lsyscache.h>
#include <utils/ruleutils.h>
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

const char* column_definition(const TargetEntry& target) {
  const auto* value = reinterpret_cast<const Node*>(target.expr);
  const int level = restrict_search_path();
  const char* text = psprintf("%s %s", quote_identifier(target.resname),
                              format_type_with_typemod(exprType(value), exprTypmod(value)));
  const Oid collation = exprCollation(value);
  if (OidIsValid(collation) && collation != get_typcollation(exprType(value))) {
    text = psprintf("%s COLLATE %s", text, generate_collation_name(collation));
  }
  AtEOXact_GUC(false, level);
  return text;
}

const char* text_of(Query* query) {
  auto* copy = static_cast<Query*>(copyObject(query));
  const int level = restrict_search_path();
  const char* text = pg_get_querydef(copy, false);
  AtEOXact_GUC(false, level);
  return text;
}

Expr* watermark_call(std::int32_t id, Oid type) {
  const Oid types[] = {INT4OID, ANYELEMENTOID};
  List* name = list_make2(makeString(pstrdup("varve_catalog")), makeString(pstrdup("watermark")));
  auto* number = makeConst(INT4OID, -1, InvalidOid, sizeof(int32), Int32GetDatum(id), false, true);
  return reinterpret_cast<Expr*>(
      makeFuncExpr(LookupFuncName(name, 2, types, false), type,
                   list_make2(number, makeNullConst(type, -1, InvalidOid)), InvalidOid, InvalidOid,
                   COERCE_EXPLICIT_CALL));
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
