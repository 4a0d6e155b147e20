// The SQL functions that make hypertables: their arguments and results.
#include <string>

#include "extension/hypertable/arguments.h"
#include "extension/hypertable/create.h"
#include "extension/hypertable/dimension_info.h"

#include "extension/pg/boundary.h"
#include "extension/pg/sqlstate.h"
extern "C" {
#include <utils/builtins.h>
#include <utils/lsyscache.h>
}

namespace varve::hypertable {
namespace {

const char* name_argument(FunctionCallInfo fcinfo, int index) {
  return PG_ARGISNULL(index) ? nullptr : NameStr(*PG_GETARG_NAME(index));
}

Datum create_general(FunctionCallInfo fcinfo) {
  require_argument(fcinfo, 0, "relation");
  require_argument(fcinfo, 1, "dimension");
  const auto* info = reinterpret_cast<const DimensionInfo*>(
      pg::call([&] { return PG_DETOAST_DATUM(PG_GETARG_DATUM(1)); }));
  if (info->kind != DimensionInfo::Kind::kRange) {
    throw pg::SqlError(pg::kOperationNotSupported,
                       "the primary dimension of a hypertable must be a range");
  }
  CreateRequest request;
  request.relation = PG_GETARG_OID(0);
  request.column = info->column;
  request.width = info->width;
  request.default_indexes = flag_argument(fcinfo, 2, true);
  request.if_not_exists = flag_argument(fcinfo, 3, false);
  request.migrate_data = flag_argument(fcinfo, 4, false);
  const CreateResult result = create(request);
  Datum values[] = {Int32GetDatum(result.id), BoolGetDatum(result.created)};
  return row_result(fcinfo, values);
}

Datum create_classic(FunctionCallInfo fcinfo) {
  require_argument(fcinfo, 0, "relation");
  require_argument(fcinfo, 1, "time_column_name");
  refuse_function(fcinfo, 9, FunctionOf::kSpace);
  refuse_function(fcinfo, 11, FunctionOf::kTime);
  CreateRequest request;
  request.relation = PG_GETARG_OID(0);
  request.column = *PG_GETARG_NAME(1);
  request.chunk_schema = name_argument(fcinfo, 4);
  request.chunk_prefix = name_argument(fcinfo, 5);
  request.width = width_argument(fcinfo, 6);
  request.space_column = name_argument(fcinfo, 2);
  if (PG_ARGISNULL(2) != PG_ARGISNULL(3)) {
    throw pg::SqlError(ERRCODE_INVALID_PARAMETER_VALUE,
                       "partitioning_column and number_partitions go together");
  }
  if (!PG_ARGISNULL(3)) request.space_partitions = PG_GETARG_INT32(3);
  request.default_indexes = flag_argument(fcinfo, 7, true);
  request.if_not_exists = flag_argument(fcinfo, 8, false);
  request.migrate_data = flag_argument(fcinfo, 10, false);
  request.announce_not_null = true;
  const CreateResult result = create(request);
  const char* table = pg::call([&] { return get_rel_name(request.relation); });
  const char* schema =
      pg::call([&] { return get_namespace_name(get_rel_namespace(request.relation)); });
  Datum values[] = {Int32GetDatum(result.id), name_datum(schema), name_datum(table),
                    BoolGetDatum(result.created)};
  return row_result(fcinfo, values);
}

}  // namespace
}  // namespace varve::hypertable

// create_hypertable(relation regclass, dimension dimension_info, create_default_indexes boolean,
//   if_not_exists boolean, migrate_data boolean) returns table(hypertable_id int, created bool)
VARVE_SQL_FUNCTION(varve_create_hypertable_general) {
  return varve::hypertable::create_general(fcinfo);
}

// create_hypertable(relation regclass, time_column_name name, partitioning_column name,
//   number_partitions int, associated_schema_name name, associated_table_prefix name,
//   chunk_time_interval anyelement, create_default_indexes boolean, if_not_exists boolean,
//   partitioning_func regproc, migrate_data boolean, time_partitioning_func regproc)
//   returns table(hypertable_id int, schema_name name, table_name name, created bool)
VARVE_SQL_FUNCTION(varve_create_hypertable_classic) {
  return varve::hypertable::create_classic(fcinfo);
}
