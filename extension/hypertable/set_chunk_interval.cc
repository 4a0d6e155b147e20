// set_chunk_time_interval() and its newer name: the width of future chunks.
#include "extension/hypertable/set_chunk_interval.h"

#include <string>

#include "extension/catalog/aggregate_results.h"
#include "extension/catalog/hypertable_table.h"
#include "extension/catalog/ownership.h"
#include "extension/hypertable/dimension.h"
#include "extension/hypertable/dimension_info.h"

#include "extension/pg/boundary.h"
#include "extension/pg/sqlstate.h"
extern "C" {
#include <miscadmin.h>
#include <storage/lmgr.h>
#include <tcop/utility.h>
#include <utils/builtins.h>
}

namespace varve::hypertable {
namespace {

void require_dimension(const catalog::Hypertable& row, const NameData& name) {
  if (pg::call([&] { return namestrcmp(const_cast<Name>(&row.column), NameStr(name)); }) == 0)
    return;
  throw pg::SqlError(pg::kDimensionNotExist,
                     "hypertable has no dimension \"" + std::string(NameStr(name)) + "\"");
}

void warn_of_short_interval() {
  pg::call([] {
    ereport(WARNING, (errmsg("chunk interval is shorter than a second"),
                      errhint("An integer counts microseconds.")));
  });
}

}  // namespace

void set_chunk_interval(Oid relation, const NameData* dimension, const RequestedWidth& request) {
  pg::call([] { PreventCommandIfReadOnly("set_chunk_time_interval()"); });
  if (const auto results = catalog::results_of_aggregate(relation)) relation = results->relation;
  catalog::require_own_hypertable(relation);
  pg::call([&] { LockRelationOid(relation, ShareRowExclusiveLock); });
  const auto row = catalog::require_own_hypertable(relation);
  if (dimension != nullptr) require_dimension(row, *dimension);

  const DimensionType type = dimension_type(row.column_type);
  const std::int64_t interval = chunk_interval(type, request);
  if (looks_mistaken(type, request)) warn_of_short_interval();
  catalog::HypertableTable::set_chunk_interval(row.id, interval);
}

}  // namespace varve::hypertable

// set_chunk_time_interval(hypertable regclass, chunk_time_interval anyelement, dimension_name name)
//   returns void
VARVE_SQL_FUNCTION(varve_set_chunk_interval) {
  for (int i = 0; i < 2; ++i) {
    if (!PG_ARGISNULL(i)) continue;
    throw varve::pg::SqlError(
        ERRCODE_INVALID_PARAMETER_VALUE,
        i == 0 ? "hypertable must not be null" : "chunk interval must not be null");
  }
  const NameData* dimension = PG_ARGISNULL(2) ? nullptr : PG_GETARG_NAME(2);
  varve::hypertable::set_chunk_interval(PG_GETARG_OID(0), dimension,
                                        varve::hypertable::width_argument(fcinfo, 1));
  PG_RETURN_VOID();
}
