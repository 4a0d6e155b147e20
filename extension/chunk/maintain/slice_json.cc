#include "extension/chunk/maintain/slice_json.h"

#include "extension/chunk/coordinate.h"

#include "extension/pg/sqlstate.h"
extern "C" {
#include <catalog/pg_class.h>
#include <catalog/pg_type.h>
#include <lib/stringinfo.h>
#include <utils/builtins.h>
#include <utils/json.h>
#include <utils/jsonb.h>
#include <utils/lsyscache.h>
#include <utils/syscache.h>
#include <utils/timestamp.h>
}

namespace varve::chunk {
namespace {

[[noreturn]] void report_shape(const catalog::Hypertable& hypertable) {
  ereport(ERROR, (errcode(ERRCODE_INVALID_PARAMETER_VALUE),
                  errmsg("the slices of a chunk must be an object with a range"),
                  errdetail("Expected is {\"%s\": [begin, end]}.", NameStr(hypertable.column))));
}

std::int64_t coordinate_of_text(const JsonbValue& value, Oid type) {
  char* text_value = pnstrdup(value.val.string.val, value.val.string.len);
  if (!is_time_type(type)) return pg_strtoint64(text_value);
  PGFunction input = type == TIMESTAMPTZOID ? timestamptz_in : timestamp_in;
  return DatumGetInt64(DirectFunctionCall3(input, CStringGetDatum(text_value),
                                           ObjectIdGetDatum(InvalidOid), Int32GetDatum(-1)));
}

std::int64_t coordinate_of_number(const JsonbValue& value, Oid type) {
  const Datum given = NumericGetDatum(value.val.numeric);
  const auto number = DatumGetInt64(DirectFunctionCall1(numeric_int8, given));
  if (!DatumGetBool(DirectFunctionCall2(
          numeric_eq, DirectFunctionCall1(int8_numeric, Int64GetDatum(number)), given))) {
    ereport(ERROR, (errcode(ERRCODE_INVALID_PARAMETER_VALUE),
                    errmsg("an end of a chunk must be a whole number, not %s",
                           DatumGetCString(DirectFunctionCall1(numeric_out, given)))));
  }
  std::int64_t coordinate = 0;
  if (!is_time_type(type)) return number;
  if (__builtin_add_overflow(number, kUnixEpoch, &coordinate)) return extent_of(type).lowest;
  return coordinate;
}

/// `open` stands for an end that there is none of.
std::int64_t end_of(const JsonbValue* value, const catalog::Hypertable& hypertable, Oid type,
                    std::int64_t open) {
  if (value == nullptr) report_shape(hypertable);
  std::int64_t coordinate = open;
  switch (value->type) {
    case jbvNull: return open;
    case jbvString: coordinate = coordinate_of_text(*value, type); break;
    case jbvNumeric: coordinate = coordinate_of_number(*value, type); break;
    default: report_shape(hypertable);
  }
  const Extent extent = extent_of(type);
  if (coordinate < extent.lowest) return extent.lowest;
  if (coordinate >= extent.highest) return extent.highest;
  return coordinate_of(datum_of(coordinate, type), type);  // a date is midnight
}

/// The array [begin, end] of the only key, which is the dimension.
JsonbContainer* range_in(Jsonb* slices, const catalog::Hypertable& hypertable) {
  if (!JB_ROOT_IS_OBJECT(slices) || JB_ROOT_COUNT(slices) == 0) report_shape(hypertable);
  const char* column = NameStr(hypertable.column);
  JsonbValue* range = getKeyJsonValueFromContainer(&slices->root, column,
                                                   static_cast<int>(strlen(column)), nullptr);
  if (range == nullptr || JB_ROOT_COUNT(slices) != 1) {
    ereport(ERROR, (errcode(pg::kDimensionNotExist),
                    errmsg("the hypertable has the dimension \"%s\" and no other", column)));
  }
  if (range->type != jbvBinary || !JsonContainerIsArray(range->val.binary.data) ||
      JsonContainerSize(range->val.binary.data) != 2) {
    report_shape(hypertable);
  }
  return range->val.binary.data;
}

/// An end as a number; null for an open one.
void append_end(StringInfo json, std::int64_t end, Oid type) {
  const Extent extent = extent_of(type);
  if (end == extent.lowest || end == extent.highest) {
    appendStringInfoString(json, "null");
  } else {
    appendStringInfo(json, INT64_FORMAT, is_time_type(type) ? end - kUnixEpoch : end);
  }
}

/// The bound of a chunk as PostgreSQL keeps it.
const PartitionBoundSpec* stored_bound(Oid chunk) {
  HeapTuple tuple = SearchSysCache1(RELOID, ObjectIdGetDatum(chunk));
  if (!HeapTupleIsValid(tuple)) return nullptr;
  bool is_null = false;
  const Datum bound = SysCacheGetAttr(RELOID, tuple, Anum_pg_class_relpartbound, &is_null);
  void* node = is_null ? nullptr : stringToNode(TextDatumGetCString(bound));
  ReleaseSysCache(tuple);
  return static_cast<const PartitionBoundSpec*>(node);
}

}  // namespace

Datum json_of_slice(const catalog::Chunk& chunk, const catalog::Hypertable& hypertable) {
  const Oid type = getBaseType(hypertable.column_type);
  StringInfoData json;
  initStringInfo(&json);
  appendStringInfoChar(&json, '{');
  escape_json(&json, NameStr(hypertable.column));
  appendStringInfoString(&json, ": [");
  append_end(&json, chunk.slice.begin, type);
  appendStringInfoString(&json, ", ");
  append_end(&json, chunk.slice.end, type);
  appendStringInfoChar(&json, ']');
  const PartitionBoundSpec* bound = stored_bound(chunk.relation);
  if (bound != nullptr && bound->strategy == PARTITION_STRATEGY_HASH) {
    appendStringInfoString(&json, ", ");
    escape_json(&json, NameStr(hypertable.space_column));
    appendStringInfo(&json, ": [%d, %d]", bound->remainder, bound->remainder + 1);
  }
  appendStringInfoChar(&json, '}');
  return DirectFunctionCall1(jsonb_in, CStringGetDatum(json.data));
}

Slice slice_of_json(Datum slices, const catalog::Hypertable& hypertable) {
  const Oid type = getBaseType(hypertable.column_type);
  const Extent extent = extent_of(type);
  JsonbContainer* range = range_in(DatumGetJsonbP(slices), hypertable);
  const Slice slice = {
      end_of(getIthJsonbValueFromContainer(range, 0), hypertable, type, extent.lowest),
      end_of(getIthJsonbValueFromContainer(range, 1), hypertable, type, extent.highest)};
  if (slice.begin < slice.end) return slice;
  ereport(ERROR, (errcode(ERRCODE_INVALID_PARAMETER_VALUE),
                  errmsg("the range of a chunk must begin before it ends")));
}

}  // namespace varve::chunk
