#pragma once

#include <string>

#include "extension/hypertable/interval.h"

#include "extension/pg/postgres.h"

namespace varve::hypertable {

/// A value of the SQL type _timescaledb_internal.dimension_info: what by_range() and by_hash() say
/// of a dimension, before it meets a table. A varlena.
///
/// As text: range//<column>//<width, or nothing>, hash//<column>//<number of partitions>.
struct DimensionInfo {
  enum class Kind : std::int32_t { kRange, kHash };
  std::int32_t header;
  Kind kind;
  NameData column;
  std::int32_t partitions;  // kHash
  RequestedWidth width;     // kRange
};

/// A width as text has it: digits are an integer, anything else an interval; empty asks for the
/// default. Throws PostgreSQL's error where it is neither.
RequestedWidth parse_width(const std::string& label);

/// The argument `index`, of a type "anyelement", as a width; NULL asks for the default. Throws
/// invalid_parameter_value where its type is neither an integer nor interval.
RequestedWidth width_argument(FunctionCallInfo call, int index);

}  // namespace varve::hypertable
