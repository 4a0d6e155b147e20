#include "extension/continuous_aggregate/window.h"

#include <algorithm>
#include <string>

#include "extension/catalog/hypertable_table.h"
#include "extension/chunk/bound.h"
#include "extension/chunk/coordinate.h"

#include "extension/pg/boundary.h"
extern "C" {
#include <utils/lsyscache.h>
}

namespace varve::continuous_aggregate {

Aggregate required_aggregate(FunctionCallInfo fcinfo) {
  if (PG_ARGISNULL(0)) {
    throw pg::SqlError(ERRCODE_INVALID_PARAMETER_VALUE,
                       "the continuous aggregate must not be null");
  }
  const Oid relation = PG_GETARG_OID(0);
  if (const auto found = pg::call([&] { return AggregateTable::find(relation); })) return *found;
  const char* name = pg::call([&] { return get_rel_name(relation); });
  throw pg::SqlError(ERRCODE_WRONG_OBJECT_TYPE,
                     "\"" + (name != nullptr ? std::string(name) : std::to_string(relation)) +
                         "\" is not a continuous aggregate");
}

Range window_argument(FunctionCallInfo fcinfo, const Aggregate& aggregate) {
  const auto source = catalog::HypertableTable::find_by_id(aggregate.source_id).value();
  return {chunk::range_bound(fcinfo, 1, "window_start", source).value_or(kBeforeAll),
          chunk::range_bound(fcinfo, 2, "window_end", source).value_or(kAfterAll)};
}

Range inscribed_window(const Definition& definition, Range window) {
  const chunk::Extent extent = chunk::extent_of(definition.bucket.start_type);
  const Edges edges = edges_of(definition.bucket);
  // Beyond what a bucket can start at, the window is open.
  const bool open_begin = window.begin <= extent.lowest;
  const bool open_end = window.end >= extent.highest;
  return {open_begin ? kBeforeAll : edges.ceiling(std::min(window.begin, extent.highest)),
          open_end ? kAfterAll : edges.floor(std::max(window.end, extent.lowest))};
}

}  // namespace varve::continuous_aggregate
