#pragma once

#include <cstdint>
#include <optional>

#include "extension/continuous_aggregate/aggregate_table.h"
#include "extension/continuous_aggregate/definition.h"
#include "extension/vectorized/key_set.h"

#include "extension/pg/postgres.h"
extern "C" {
#include <access/transam.h>
#include <access/xlogdefs.h>
}

// Which groups of stale buckets have changed, where all that has changed is rows that were
// inserted: docs/decisions/aggregate-groups.md. C in the sense of boundary.h.
namespace varve::continuous_aggregate {

/// Where insertions began: with this transaction, after the log stood there.
struct Insertions {
  FullTransactionId since;
  XLogRecPtr after;
};

struct ChangedGroups {
  List* keys;                 // of the query, by which it groups
  List* results;              // the numbers of the results that they are
  vectorized::KeySet hashes;  // of the groups, in the memory context that was current
};

/// The groups of the rows that these insertions have put into chunks of the range, and more
/// perhaps. Nothing where that is not to be known: where the query reads more than the source, keys
/// are of types whose equal values may look different, or rows do not tell; and where groups are
/// too many for a part of `maintenance_work_mem`.
std::optional<ChangedGroups> find_changed_groups(const Definition& definition,
                                                 std::int32_t source_id, Range range,
                                                 const Insertions& insertions);

/// " AND ...": those of the stored results that belong to the groups, while these are the wanted
/// ones (vectorized/wanted_groups.h).
const char* in_groups(const ChangedGroups& groups, Oid materialization);

}  // namespace varve::continuous_aggregate
