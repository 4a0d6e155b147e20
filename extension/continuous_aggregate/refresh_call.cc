// refresh_continuous_aggregate(continuous_aggregate regclass, window_start "any", window_end "any",
//                              force boolean, options jsonb)
#include <string>

#include "extension/chunk/bound.h"
#include "extension/chunk/coordinate.h"
#include "extension/continuous_aggregate/aggregate_table.h"
#include "extension/continuous_aggregate/definition.h"
#include "extension/continuous_aggregate/refresh.h"
#include "extension/continuous_aggregate/window.h"

#include "extension/pg/boundary.h"
extern "C" {
#include <executor/spi.h>
#include <miscadmin.h>
#include <nodes/parsenodes.h>
#include <tcop/utility.h>
#include <utils/acl.h>
#include <utils/builtins.h>
#include <utils/jsonb.h>
#include <utils/lsyscache.h>
#include <utils/numeric.h>
}

namespace varve::continuous_aggregate {
namespace {

bool is_atomic(FunctionCallInfo fcinfo) {
  const auto* context = reinterpret_cast<const CallContext*>(fcinfo->context);
  return context == nullptr || !IsA(context, CallContext) || context->atomic;
}

/// The value of a key, or null. C.
const JsonbValue* value_of(Jsonb* options, const char* key) {
  return getKeyJsonValueFromContainer(&options->root, key, static_cast<int>(strlen(key)), nullptr);
}

std::int64_t number_option(Jsonb* options, const char* key, std::int64_t otherwise) {
  const JsonbValue* value = value_of(options, key);
  if (value == nullptr || value->type == jbvNull) return otherwise;
  const std::int64_t number =
      value->type == jbvNumeric
          ? DatumGetInt64(DirectFunctionCall1(numeric_int8, NumericGetDatum(value->val.numeric)))
          : -1;
  if (number < 0) {
    ereport(ERROR, (errcode(ERRCODE_INVALID_PARAMETER_VALUE),
                    errmsg("option \"%s\" must be a number, and not negative", key)));
  }
  return number;
}

RefreshOptions options_of(FunctionCallInfo fcinfo) {
  RefreshOptions options;
  options.force = !PG_ARGISNULL(3) && PG_GETARG_BOOL(3);
  if (PG_ARGISNULL(4)) return options;
  Jsonb* given = PG_GETARG_JSONB_P(4);
  if (!JB_ROOT_IS_OBJECT(given)) {
    ereport(ERROR, (errcode(ERRCODE_INVALID_PARAMETER_VALUE), errmsg("options must be an object")));
  }
  options.batch_buckets = number_option(given, "buckets_per_batch", 0);
  options.max_batches = number_option(given, "max_batches_per_execution", 0);
  const JsonbValue* newest = value_of(given, "refresh_newest_first");
  if (newest != nullptr && newest->type == jbvBool) options.newest_first = newest->val.boolean;
  return options;
}

void check(FunctionCallInfo fcinfo) {
  if (is_atomic(fcinfo)) {
    throw pg::SqlError(ERRCODE_ACTIVE_SQL_TRANSACTION,
                       "refresh_continuous_aggregate() cannot run inside a transaction block",
                       "It commits each batch of buckets.");
  }
  pg::call([&] {
    PreventCommandIfReadOnly("refresh_continuous_aggregate()");
    PreventCommandDuringRecovery("refresh_continuous_aggregate()");
  });
}

Aggregate own_aggregate(FunctionCallInfo fcinfo) {
  const Aggregate aggregate = required_aggregate(fcinfo);
  pg::call([&] {
    if (pg_class_ownercheck(aggregate.relation, GetUserId())) return;
    aclcheck_error(ACLCHECK_NOT_OWNER, OBJECT_MATVIEW, get_rel_name(aggregate.relation));
  });
  return aggregate;
}

void refresh_window(FunctionCallInfo fcinfo) {
  check(fcinfo);
  const Aggregate aggregate = own_aggregate(fcinfo);
  const RefreshOptions options = pg::call([&] { return options_of(fcinfo); });
  const Definition definition =
      pg::call([&] { return find_definition(query_of(aggregate.definition)); });
  const Range window = window_argument(fcinfo, aggregate);
  if (window.begin >= window.end) {
    throw pg::SqlError(ERRCODE_INVALID_PARAMETER_VALUE,
                       "the start of the window must lie before its end");
  }
  const Range buckets = inscribed_window(definition, window);
  if (buckets.begin >= buckets.end) {
    throw pg::SqlError(ERRCODE_INVALID_PARAMETER_VALUE,
                       "the window is too small: it must hold at least one whole bucket");
  }
  pg::call([] { SPI_connect_ext(SPI_OPT_NONATOMIC); });
  refresh(aggregate.id, buckets, options);
  pg::call([] { SPI_finish(); });
}

}  // namespace
}  // namespace varve::continuous_aggregate

VARVE_SQL_FUNCTION(varve_refresh_continuous_aggregate) {
  varve::continuous_aggregate::refresh_window(fcinfo);
  PG_RETURN_VOID();
}
