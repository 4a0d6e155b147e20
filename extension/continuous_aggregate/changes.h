#pragma once

#include <cstdint>

#include "extension/chunk/slice.h"
#include "extension/continuous_aggregate/range_set.h"

#include "extension/pg/postgres.h"
extern "C" {
#include <access/xlog.h>
}

// What this transaction changes in hypertables that continuous aggregates are made of. Kept in
// memory, and written with the transaction when it ends: docs/decisions/aggregate-invalidation.md.
// C++ in the sense of boundary.h.
namespace varve::continuous_aggregate {

/// A hypertable that has aggregates.
struct Source {
  std::int32_t id;
  Oid relation;
  Oid type;            // of its primary dimension, of a domain the type below it
  std::int64_t grain;  // about the width of the narrowest bucket
};

/// The source that `relation` is, or is a chunk of; null where it is neither. From a cache of this
/// backend, so that every statement that writes can ask. Copy what must outlive a call.
const Source* find_source(Oid relation);

/// Whether `relation` is the hypertable that holds the results of an aggregate. From the same
/// cache.
bool holds_results(Oid relation);

/// That hypertable, where `relation` is it or a chunk of it; InvalidOid for others.
Oid results_of(Oid relation);

/// The changes of one source in one transaction.
class Changes {
 public:
  /// Before this transaction writes any of them.
  explicit Changes(const Source& source)
      : source_(source), begin_(GetXLogInsertRecPtr()), touched_(source.grain) {}

  /// Values that were, or will be, in the primary dimension of a row that is written.
  void add(std::int64_t coordinate) {
    only_inserts_ = false;
    touched_.add(coordinate);
  }
  void add(chunk::Slice slice) {
    only_inserts_ = false;
    touched_.add(Range{slice.begin, slice.end});
  }
  void add_everything();
  /// The value of a row that this transaction adds to the table, or only tries to.
  void add_inserted(std::int64_t coordinate) { touched_.add(coordinate); }

  /// From now on values count for their whole chunks.
  void widen() { whole_chunks_ = true; }

  [[nodiscard]] const Source& source() const { return source_; }
  /// Where the log stood before them.
  [[nodiscard]] XLogRecPtr begin() const { return begin_; }

  /// Whether all changes were rows inserted by this transaction.
  [[nodiscard]] bool only_inserts() const { return only_inserts_; }

  /// What to log: of values below `threshold`.
  [[nodiscard]] Ranges below(std::int64_t threshold) const;

 private:
  Source source_;
  XLogRecPtr begin_;
  bool whole_chunks_ = false;
  bool only_inserts_ = true;
  RangeSet touched_;
};

/// Those of the source in this transaction, for as long as it lasts.
Changes& changes_of(const Source& source);

/// The same for a statement that writes rows: BEFORE triggers may move them within their chunks, so
/// that these count as a whole. The source is locked.
Changes& row_changes_of(const Source& source);

/// Once, in _PG_init.
void install_changes();

}  // namespace varve::continuous_aggregate
