#include "extension/catalog/aggregate_results.h"

#include "extension/catalog/relations.h"
#include "extension/catalog/scan.h"

#include "extension/pg/boundary.h"
extern "C" {
#include <access/htup_details.h>
#include <access/table.h>
#include <catalog/namespace.h>
#include <catalog/pg_class.h>
#include <utils/fmgroids.h>
#include <utils/lsyscache.h>
}

namespace varve::catalog {
namespace {

// As extension/sql/66_continuous_aggregate.sql lists the columns.
enum Column : AttrNumber { kId = 1, kRelation };

/// The id of the results, or 0.
std::int32_t id_of_results(Oid view) {
  const Oid oid =
      get_relname_relid("continuous_aggregate", get_namespace_oid("varve_catalog", false));
  Relation table = table_open(oid, AccessShareLock);
  ScanKeyData key;
  ScanKeyInit(&key, kRelation, BTEqualStrategyNumber, F_OIDEQ, ObjectIdGetDatum(view));
  std::int32_t id = 0;
  for_each_row(table, InvalidOid, &key, [&](HeapTuple tuple) {
    bool is_null = false;
    id = DatumGetInt32(heap_getattr(tuple, kId, RelationGetDescr(table), &is_null));
  });
  table_close(table, NoLock);
  return id;
}

}  // namespace

std::optional<Hypertable> results_of_aggregate(Oid relation) {
  if (!relations()) return std::nullopt;
  const std::int32_t id = pg::call(
      [&] { return get_rel_relkind(relation) == RELKIND_VIEW ? id_of_results(relation) : 0; });
  return id != 0 ? HypertableTable::find_by_id(id) : std::nullopt;
}

}  // namespace varve::catalog
