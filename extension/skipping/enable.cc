// enable_chunk_skipping() and disable_chunk_skipping(): by which columns chunks are skipped.
#include <string>

#include "extension/catalog/hypertable_table.h"
#include "extension/catalog/ownership.h"
#include "extension/hypertable/arguments.h"
#include "extension/skipping/measure.h"
#include "extension/skipping/range_table.h"
#include "extension/skipping/setting.h"
#include "extension/skipping/version.h"

#include "extension/pg/boundary.h"
extern "C" {
#include <miscadmin.h>
#include <storage/lmgr.h>
#include <tcop/utility.h>
#include <utils/lsyscache.h>
}

namespace varve::skipping {
namespace {

void require_enabled() {
  if (is_enabled()) return;
  throw pg::SqlError(ERRCODE_INVALID_PARAMETER_VALUE, "chunk skipping is not enabled", {},
                     "SET timescaledb.enable_chunk_skipping = on.");
}

/// The hypertable, locked against others who do the same and against DDL.
catalog::Hypertable locked(FunctionCallInfo fcinfo, const char* function) {
  hypertable::require_argument(fcinfo, 0, "the hypertable");
  hypertable::require_argument(fcinfo, 1, "the column");
  require_enabled();
  pg::call([&] { PreventCommandIfReadOnly(function); });
  const Oid relation = PG_GETARG_OID(0);
  catalog::require_own_hypertable(relation);
  pg::call([&] { LockRelationOid(relation, ShareUpdateExclusiveLock); });
  return catalog::require_own_hypertable(relation);
}

void require_suitable(const catalog::Hypertable& hypertable, const char* name) {
  const std::string quoted = "\"" + std::string(name) + "\"";
  const AttrNumber attribute = pg::call([&] { return get_attnum(hypertable.relation, name); });
  if (attribute <= 0) {
    throw pg::SqlError(ERRCODE_UNDEFINED_COLUMN, "column " + quoted + " does not exist");
  }
  if (strcmp(NameStr(hypertable.column), name) == 0) {
    throw pg::SqlError(ERRCODE_INVALID_PARAMETER_VALUE,
                       "column " + quoted + " is a dimension, by which chunks are found anyway");
  }
  const bool is_suitable = pg::call(
      [&] { return has_ranges(getBaseType(get_atttype(hypertable.relation, attribute))); });
  if (is_suitable) return;
  throw pg::SqlError(ERRCODE_FEATURE_NOT_SUPPORTED,
                     "chunks cannot be skipped by column " + quoted + " because of its type",
                     "Columns of integers, dates and timestamps have ranges.");
}

/// The id of a column by which chunks are skipped; 0 where they are not.
std::int32_t find(std::int32_t hypertable_id, const char* name) {
  return pg::call([&] {
    ListCell* cell;
    foreach (cell, columns_of(hypertable_id)) {
      const auto* column = static_cast<SkippedColumn*>(lfirst(cell));
      if (strcmp(NameStr(column->name), name) == 0) return column->id;
    }
    return 0;
  });
}

void report_nothing(bool is_fine, int state, const char* name, const char* what) {
  pg::call([&] {
    ereport(is_fine ? NOTICE : ERROR,
            (errcode(state), errmsg("chunk skipping is %s for column \"%s\"", what, name)));
  });
}

Datum enable(FunctionCallInfo fcinfo) {
  const catalog::Hypertable hypertable = locked(fcinfo, "enable_chunk_skipping()");
  const char* name = NameStr(*PG_GETARG_NAME(1));
  require_suitable(hypertable, name);
  std::int32_t id = find(hypertable.id, name);
  const bool is_new = id == 0;
  if (is_new) {
    id = pg::call([&] {
      const std::int32_t added = add_column(hypertable.id, name);
      count_change(hypertable.id);
      return added;
    });
  } else {
    report_nothing(hypertable::flag_argument(fcinfo, 2, false), ERRCODE_DUPLICATE_OBJECT, name,
                   "enabled already");
  }
  Datum values[] = {Int32GetDatum(id), BoolGetDatum(is_new)};
  return hypertable::row_result(fcinfo, values);
}

Datum disable(FunctionCallInfo fcinfo) {
  const catalog::Hypertable hypertable = locked(fcinfo, "disable_chunk_skipping()");
  const char* name = NameStr(*PG_GETARG_NAME(1));
  const bool was_enabled = find(hypertable.id, name) != 0;
  if (was_enabled) {
    pg::call([&] {
      rename_column(hypertable.id, name, nullptr);
      count_change(hypertable.id);
    });
  } else {
    report_nothing(hypertable::flag_argument(fcinfo, 2, false), ERRCODE_UNDEFINED_OBJECT, name,
                   "not enabled");
  }
  Datum values[] = {Int32GetDatum(hypertable.id), PG_GETARG_DATUM(1), BoolGetDatum(was_enabled)};
  return hypertable::row_result(fcinfo, values);
}

}  // namespace
}  // namespace varve::skipping

// enable_chunk_skipping(hypertable regclass, column_name name, if_not_exists boolean)
//   returns table(column_stats_id integer, enabled boolean)
VARVE_SQL_FUNCTION(varve_enable_chunk_skipping) { return varve::skipping::enable(fcinfo); }

// disable_chunk_skipping(hypertable regclass, column_name name, if_not_exists boolean)
//   returns table(hypertable_id integer, column_name name, disabled boolean)
VARVE_SQL_FUNCTION(varve_disable_chunk_skipping) { return varve::skipping::disable(fcinfo); }
