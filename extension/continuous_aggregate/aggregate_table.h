#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>

#include "extension/continuous_aggregate/range_set.h"

#include "extension/pg/postgres.h"
extern "C" {
#include <access/htup.h>
#include <access/tupdesc.h>
#include <access/xlogdefs.h>
#include <utils/snapshot.h>
}

// The catalog of continuous aggregates. All functions are C in the sense of boundary.h.
namespace varve::continuous_aggregate {

/// A row of varve_catalog.continuous_aggregate.
struct Aggregate {
  std::int32_t id;      // of the materialization, as a hypertable
  Oid relation;         // the view that users read
  Oid materialization;  // the hypertable with the results
  Oid definition;       // the view with the user's query
  Oid recent;           // the view with the same from the watermark on
  std::int32_t source_id;
  Oid source;                // the hypertable whose changes count
  AttrNumber bucket_column;  // in all four relations
  std::int64_t bucket_width;
  bool materialized_only;
};

/// The table varve_catalog.continuous_aggregate, and the lists of ranges beside it.
class AggregateTable {
 public:
  struct Rows {
    Aggregate* all;  // in the current memory context
    std::size_t count;
  };

  static std::optional<Aggregate> find(Oid relation);
  static std::optional<Aggregate> find_by_id(std::int32_t id);

  /// The one that `relation` is a part of: the view, or one of the three behind it.
  static std::optional<Aggregate> find_by_part(Oid relation);
  static Rows of_source(std::int32_t source_id);

  /// The row that a tuple of the table, with its descriptor, holds.
  static Aggregate row_of(HeapTuple tuple, TupleDesc descriptor);

  /// With a watermark before everything, and everything stale.
  static void insert(const Aggregate& row);
  static void set_materialized_only(const Aggregate& row, bool materialized_only);

  /// The row, and all that is known of the aggregate.
  static void remove(const Aggregate& row);
};

/// Has every session look again which aggregates the hypertable has, once this commits.
void announce(Oid source);

inline constexpr std::int64_t kBeforeAll = INT64_MIN;
inline constexpr std::int64_t kAfterAll = INT64_MAX;

/// The watermark as `snapshot` sees it; kBeforeAll where there is none.
std::int64_t watermark_at(std::int32_t id, Snapshot snapshot);
std::int64_t threshold_of(std::int32_t source_id);

/// Whether a part of the range is known to be stale, or to have changed.
bool is_pending(const Aggregate& row, Range range);

/// Of the current transaction.
void log_change(std::int32_t source_id, Range range);
/// The same where it has done nothing in the range but to insert rows, after the log stood at
/// `after`.
void log_insertion(std::int32_t source_id, Range range, XLogRecPtr after);
void log_frozen(std::int32_t id, Range range);

/// From what is frozen takes away the range.
void thaw(std::int32_t id, Range range);

/// Locks of the protocol in docs/decisions/aggregate-invalidation.md, until the transaction ends.
enum class Lock : std::uint16_t {
  kThreshold = 1,  // of a source: writers share it while they commit
  kChanges,        // of a source: whoever hands its changes on to the aggregates
  kRanges,         // of an aggregate: whoever replaces its results
};
void acquire(Lock lock, std::int32_t id, bool exclusive);

}  // namespace varve::continuous_aggregate
