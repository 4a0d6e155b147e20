#include "extension/hypertable/dimension_info.h"

#include <charconv>
#include <cstring>
#include <string>
#include <string_view>

#include "extension/hypertable/arguments.h"

#include "extension/pg/boundary.h"
#include "extension/pg/sqlstate.h"
extern "C" {
#include <catalog/pg_type.h>
#include <utils/builtins.h>
#include <utils/timestamp.h>
}

namespace varve::hypertable {
namespace {

constexpr std::string_view kSeparator = "//";

RequestedWidth width_of(const Interval& interval) {
  return {RequestedWidth::Form::kInterval, 0, interval.month, interval.day, interval.time};
}

RequestedWidth width_of(std::int64_t integer) {
  return {RequestedWidth::Form::kInteger, integer, 0, 0, 0};
}

DimensionInfo* make_info(DimensionInfo::Kind kind) {
  auto* info = static_cast<DimensionInfo*>(pg::call([] { return palloc0(sizeof(DimensionInfo)); }));
  SET_VARSIZE(info, sizeof(DimensionInfo));
  info->kind = kind;
  return info;
}

std::string text_of(const RequestedWidth& width) {
  switch (width.form) {
    case RequestedWidth::Form::kDefault: return {};
    case RequestedWidth::Form::kInteger: return std::to_string(width.integer);
    case RequestedWidth::Form::kInterval: break;
  }
  return pg::call([&] {
    auto* interval = static_cast<Interval*>(palloc(sizeof(Interval)));
    *interval = {width.microseconds, width.days, width.months};
    return DatumGetCString(DirectFunctionCall1(interval_out, IntervalPGetDatum(interval)));
  });
}

/// All of `digits` as an integer.
bool parse_integer(std::string_view digits, std::int64_t& value) {
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), value);
  return error == std::errc() && end == digits.data() + digits.size();
}

[[noreturn]] void refuse(std::string_view input) {
  throw pg::SqlError(
      ERRCODE_INVALID_TEXT_REPRESENTATION,
      "invalid input syntax for type dimension_info: \"" + std::string(input) + "\"");
}

/// The column may hold the separator: what lies between the first and the last one is its name.
DimensionInfo* parse(std::string_view input) {
  const auto first = input.find(kSeparator);
  const auto last = input.rfind(kSeparator);
  if (first == std::string_view::npos || last < first + kSeparator.size()) refuse(input);
  const auto kind = input.substr(0, first);
  const auto column = input.substr(first + kSeparator.size(), last - first - kSeparator.size());
  const auto measure = input.substr(last + kSeparator.size());
  if (column.empty() || column.size() >= NAMEDATALEN) refuse(input);

  DimensionInfo* info = nullptr;
  if (kind == "range") {
    info = make_info(DimensionInfo::Kind::kRange);
    info->width = parse_width(std::string(measure));
  } else if (kind == "hash") {
    std::int64_t partitions = 0;
    if (!parse_integer(measure, partitions) || partitions < 1 || partitions > PG_INT16_MAX) {
      refuse(input);
    }
    info = make_info(DimensionInfo::Kind::kHash);
    info->partitions = static_cast<std::int32_t>(partitions);
  } else {
    refuse(input);
  }
  column.copy(NameStr(info->column), column.size());
  return info;
}

void require_column(FunctionCallInfo fcinfo) {
  if (PG_ARGISNULL(0)) {
    throw pg::SqlError(ERRCODE_INVALID_PARAMETER_VALUE, "column_name must not be null");
  }
}

}  // namespace

RequestedWidth parse_width(const std::string& label) {
  if (label.empty()) return {};
  std::int64_t value = 0;
  if (parse_integer(label, value)) return width_of(value);
  return pg::call([&] {
    return width_of(
        *DatumGetIntervalP(DirectFunctionCall3(interval_in, CStringGetDatum(label.c_str()),
                                               ObjectIdGetDatum(InvalidOid), Int32GetDatum(-1))));
  });
}

RequestedWidth width_argument(FunctionCallInfo fcinfo, int index) {
  if (PG_ARGISNULL(index)) return {};
  const Oid type = pg::call([&] { return get_fn_expr_argtype(fcinfo->flinfo, index); });
  switch (type) {
    case INT2OID: return width_of(std::int64_t{PG_GETARG_INT16(index)});
    case INT4OID: return width_of(std::int64_t{PG_GETARG_INT32(index)});
    case INT8OID: return width_of(std::int64_t{PG_GETARG_INT64(index)});
    case INTERVALOID: return width_of(*PG_GETARG_INTERVAL_P(index));
    default: break;
  }
  const char* name = pg::call([&] { return format_type_be(type); });
  throw pg::SqlError(ERRCODE_INVALID_PARAMETER_VALUE,
                     "chunk interval must be an integer or an interval, not " + std::string(name));
}

}  // namespace varve::hypertable

using varve::hypertable::DimensionInfo;

// _timescaledb_functions.dimension_info_in(cstring) returns dimension_info
VARVE_SQL_FUNCTION(varve_dimension_info_in) {
  PG_RETURN_POINTER(varve::hypertable::parse(PG_GETARG_CSTRING(0)));
}

// _timescaledb_functions.dimension_info_out(dimension_info) returns cstring
VARVE_SQL_FUNCTION(varve_dimension_info_out) {
  const auto* info = reinterpret_cast<const DimensionInfo*>(
      varve::pg::call([&] { return PG_DETOAST_DATUM(PG_GETARG_DATUM(0)); }));
  const bool range = info->kind == DimensionInfo::Kind::kRange;
  const std::string label =
      std::string(range ? "range//" : "hash//") + NameStr(info->column) + "//" +
      (range ? varve::hypertable::text_of(info->width) : std::to_string(info->partitions));
  PG_RETURN_CSTRING(varve::pg::call([&] { return pstrdup(label.c_str()); }));
}

// by_range(column_name name, partition_interval anyelement, partition_func regproc)
VARVE_SQL_FUNCTION(varve_by_range) {
  varve::hypertable::require_column(fcinfo);
  varve::hypertable::refuse_function(fcinfo, 2, varve::hypertable::FunctionOf::kTime);
  DimensionInfo* info = varve::hypertable::make_info(DimensionInfo::Kind::kRange);
  info->column = *PG_GETARG_NAME(0);
  info->width = varve::hypertable::width_argument(fcinfo, 1);
  PG_RETURN_POINTER(info);
}

// by_hash(column_name name, number_partitions int, partition_func regproc)
VARVE_SQL_FUNCTION(varve_by_hash) {
  varve::hypertable::require_column(fcinfo);
  varve::hypertable::refuse_function(fcinfo, 2, varve::hypertable::FunctionOf::kSpace);
  const std::int32_t partitions = PG_ARGISNULL(1) ? 0 : PG_GETARG_INT32(1);
  if (partitions < 1 || partitions > PG_INT16_MAX) {
    throw varve::pg::SqlError(ERRCODE_INVALID_PARAMETER_VALUE,
                              "number of partitions must be between 1 and 32767");
  }
  DimensionInfo* info = varve::hypertable::make_info(DimensionInfo::Kind::kHash);
  info->column = *PG_GETARG_NAME(0);
  info->partitions = partitions;
  PG_RETURN_POINTER(info);
}
