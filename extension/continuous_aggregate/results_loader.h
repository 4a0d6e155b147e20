#pragma once

#include <cstddef>
#include <cstdint>

#include "extension/catalog/hypertable_table.h"
#include "extension/chunk/create.h"
#include "extension/continuous_aggregate/changes.h"

#include "extension/pg/postgres.h"
extern "C" {
#include <access/heapam.h>
#include <executor/tuptable.h>
#include <utils/rel.h>
}

namespace varve::continuous_aggregate {

/// What aggregates over this one have to be told of; null where there are none.
Changes* changes_of_results(Oid materialization);

/// Loads results into chunks that do not exist yet, which is what a first refresh writes: many rows
/// at once, before the chunk has indexes, which are built when it is whole.
///
/// Memory  kRows rows, or kBytes and one row.
/// C in the sense of boundary.h; needs an active snapshot. What it holds goes with the transaction
/// where finish() is not reached.
class ResultsLoader {
 public:
  ResultsLoader(Oid materialization, AttrNumber bucket_column);

  /// Takes a row that has the columns of the results, if its chunk does not exist yet; false leaves
  /// it to the caller. Rows come in the order of their buckets.
  bool take(TupleTableSlot& row);

  void finish();

 private:
  bool enter(std::int64_t bucket);
  void flush();
  void end_chunk();

  static constexpr int kRows = 1000;
  static constexpr std::size_t kBytes = 1 << 20;

  Relation table_;
  catalog::Hypertable hypertable_;
  AttrNumber bucket_column_;
  Oid type_;
  Changes* changes_;  // for aggregates over this one; null where there are none

  chunk::Prepared chunk_ = {InvalidOid, {0, 0}, true};  // of the last row
  Relation open_ = nullptr;                             // where it is being loaded
  BulkInsertState bulk_ = nullptr;
  TupleTableSlot** slots_;
  int used_ = 0;
  std::size_t bytes_ = 0;
};

}  // namespace varve::continuous_aggregate
