// add_dimension() and set_number_partitions().
#include <optional>
#include <string>

#include "extension/catalog/hypertable_table.h"
#include "extension/catalog/ownership.h"
#include "extension/hypertable/arguments.h"
#include "extension/hypertable/dimension_info.h"
#include "extension/hypertable/space_dimension.h"

#include "extension/pg/boundary.h"
#include "extension/pg/sqlstate.h"
extern "C" {
#include <miscadmin.h>
#include <storage/lmgr.h>
#include <tcop/utility.h>
#include <utils/lsyscache.h>
}

namespace varve::hypertable {
namespace {

/// The hypertable, locked against writers: those that make slices go by what it says.
catalog::Hypertable lock_own_hypertable(Oid relation, const char* function) {
  pg::call([&] { PreventCommandIfReadOnly(function); });
  catalog::require_own_hypertable(relation);
  pg::call([&] { LockRelationOid(relation, ShareRowExclusiveLock); });
  return catalog::require_own_hypertable(relation);
}

bool is_dimension(const catalog::Hypertable& row, const NameData& column) {
  return strcmp(NameStr(row.column), NameStr(column)) == 0 ||
         (row.space_partitions > 0 && strcmp(NameStr(row.space_column), NameStr(column)) == 0);
}

std::int32_t id_of(const catalog::Hypertable& row, const NameData& column) {
  return strcmp(NameStr(row.column), NameStr(column)) == 0 ? row.id : row.id + kSpaceDimensionIds;
}

/// Whether the dimension is new. Without a number of partitions it is one by range.
bool add(const catalog::Hypertable& row, const NameData& column,
         std::optional<std::int32_t> partitions, bool if_not_exists) {
  if (is_dimension(row, column)) {
    const std::string message =
        "column \"" + std::string(NameStr(column)) + "\" is a dimension already";
    if (!if_not_exists) throw pg::SqlError(pg::kDuplicateDimension, message);
    pg::call([&] { ereport(NOTICE, (errmsg("%s, skipping", message.c_str()))); });
    return false;
  }
  if (!partitions) {
    throw pg::SqlError(pg::kOperationNotSupported,
                       "the second dimension of a hypertable must be by hash");
  }
  if (row.space_partitions > 0) {
    throw pg::SqlError(pg::kOperationNotSupported, "a hypertable has two dimensions at most");
  }
  add_space_dimension(row, column, *partitions);
  return true;
}

Datum add_general(FunctionCallInfo fcinfo) {
  require_argument(fcinfo, 0, "hypertable");
  require_argument(fcinfo, 1, "dimension");
  const auto* info = reinterpret_cast<const DimensionInfo*>(
      pg::call([&] { return PG_DETOAST_DATUM(PG_GETARG_DATUM(1)); }));
  const auto row = lock_own_hypertable(PG_GETARG_OID(0), "add_dimension()");
  std::optional<std::int32_t> partitions;
  if (info->kind == DimensionInfo::Kind::kHash) partitions = info->partitions;
  const bool created = add(row, info->column, partitions, flag_argument(fcinfo, 2, false));
  Datum values[] = {Int32GetDatum(id_of(row, info->column)), BoolGetDatum(created)};
  return row_result(fcinfo, values);
}

Datum add_classic(FunctionCallInfo fcinfo) {
  require_argument(fcinfo, 0, "hypertable");
  require_argument(fcinfo, 1, "column_name");
  if (PG_ARGISNULL(2) == PG_ARGISNULL(3)) {
    throw pg::SqlError(ERRCODE_INVALID_PARAMETER_VALUE,
                       "either a number of partitions or an interval must be given");
  }
  refuse_function(fcinfo, 4, PG_ARGISNULL(2) ? FunctionOf::kTime : FunctionOf::kSpace);
  const Oid relation = PG_GETARG_OID(0);
  const NameData& column = *PG_GETARG_NAME(1);
  const auto row = lock_own_hypertable(relation, "add_dimension()");
  std::optional<std::int32_t> partitions;
  if (!PG_ARGISNULL(2)) partitions = PG_GETARG_INT32(2);
  const bool created = add(row, column, partitions, flag_argument(fcinfo, 5, false));
  const char* table = pg::call([&] { return get_rel_name(relation); });
  const char* schema = pg::call([&] { return get_namespace_name(get_rel_namespace(relation)); });
  Datum values[] = {Int32GetDatum(id_of(row, column)), name_datum(schema), name_datum(table),
                    NameGetDatum(&column), BoolGetDatum(created)};
  return row_result(fcinfo, values);
}

void set_number_partitions(FunctionCallInfo fcinfo) {
  require_argument(fcinfo, 0, "hypertable");
  require_argument(fcinfo, 1, "number_partitions");
  const auto row = lock_own_hypertable(PG_GETARG_OID(0), "set_number_partitions()");
  require_partitions(PG_GETARG_INT32(1));
  const NameData* column = PG_ARGISNULL(2) ? &row.space_column : PG_GETARG_NAME(2);
  if (row.space_partitions == 0 || strcmp(NameStr(*column), NameStr(row.space_column)) != 0) {
    throw pg::SqlError(pg::kDimensionNotExist,
                       row.space_partitions == 0
                           ? std::string("the hypertable has no dimension by hash")
                           : "the hypertable has no dimension by hash of \"" +
                                 std::string(NameStr(*column)) + "\"");
  }
  catalog::HypertableTable::set_space(row.id, row.space_column, PG_GETARG_INT32(1));
}

}  // namespace
}  // namespace varve::hypertable

// add_dimension(hypertable regclass, dimension dimension_info, if_not_exists boolean)
//   returns table(dimension_id int, created bool)
VARVE_SQL_FUNCTION(varve_add_dimension_general) { return varve::hypertable::add_general(fcinfo); }

// add_dimension(hypertable regclass, column_name name, number_partitions int,
//   chunk_time_interval anyelement, partitioning_func regproc, if_not_exists boolean)
//   returns table(dimension_id int, schema_name name, table_name name, column_name name,
//   created bool)
VARVE_SQL_FUNCTION(varve_add_dimension_classic) { return varve::hypertable::add_classic(fcinfo); }

// set_number_partitions(hypertable regclass, number_partitions int, dimension_name name)
VARVE_SQL_FUNCTION(varve_set_number_partitions) {
  varve::hypertable::set_number_partitions(fcinfo);
  PG_RETURN_VOID();
}
