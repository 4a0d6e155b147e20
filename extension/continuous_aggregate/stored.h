#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "extension/continuous_aggregate/aggregate_table.h"
#include "extension/continuous_aggregate/changed_groups.h"
#include "extension/continuous_aggregate/definition.h"

// The results of an aggregate and the rows they come from. With SPI connected; C++ in the sense of
// boundary.h.
namespace varve::continuous_aggregate {

/// Where the chunk of results for the bucket would lie, were it made now.
Range cell_of_results(const Aggregate& aggregate, std::int64_t bucket);

/// The largest value in the primary dimension of the hypertable.
std::optional<std::int64_t> newest(Oid hypertable);

/// Where the chunks of the hypertable lie; where those of the source and of the results do.
std::optional<Range> extent_of_chunks(std::int32_t hypertable_id);
std::optional<Range> extent_of_rows(const Aggregate& aggregate);

/// The query of the aggregate over the rows of the range, as SQL text whose names are qualified;
/// where `groups` is given, for these groups.
std::string query_text(const Definition& definition, Range range,
                       const ChangedGroups* groups = nullptr);

/// Conditions on the bucket of the stored results, " WHERE ...".
std::string in_range(const Aggregate& aggregate, const Definition& definition, Range range);

/// Computes the results of the range, which is whole buckets, and puts them in place of the old.
/// `insertions`: these are all that has changed.
void replace_results(const Aggregate& aggregate, const Definition& definition, Oid owner,
                     Range range, const std::optional<Insertions>& insertions);

}  // namespace varve::continuous_aggregate
