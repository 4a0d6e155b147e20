#pragma once

#include <cstdint>

#include "extension/continuous_aggregate/result_table.h"

#include "extension/pg/postgres.h"
extern "C" {
#include <access/attnum.h>
#include <access/tupdesc.h>
#include <utils/tuplesort.h>
#include <utils/tuplestore.h>
}

// The rows in which stored results and new ones differ. A late row changes few results of the
// buckets it is in; those that stay need not be written again. C in the sense of boundary.h, with
// SPI connected.
namespace varve::continuous_aggregate {

/// Rows are told apart by 128 bits of a hash of their bytes, so that values which are equal but
/// look different count as changed.
class ChangedResults {
 public:
  /// Of a hypertable of results, by its bucket. Holds `max_rows` of what is stored in memory, about
  /// 100 bytes each; new rows are sorted in maintenance_work_mem, or on disk.
  ChangedResults(Oid materialization, AttrNumber bucket_column, std::int64_t max_rows);

  /// Reads what is stored, by a query for tableoid, ctid and all columns. False where it is more
  /// than fits, and no more than that is known.
  bool read_stored(const char* query);

  /// Takes for true that nothing is stored.
  void forget_stored();

  /// Reads what is to be stored, by a query for all columns.
  void read_new(const char* query);

  /// Deletes stored rows that are not among the new ones.
  void delete_gone();

  /// Inserts new rows that are not stored, in the order of their buckets.
  void insert_new();

 private:
  Tuplestorestate* load_new_chunks();

  Oid table_;
  AttrNumber bucket_column_;
  TupleDesc columns_;
  std::int64_t max_rows_;
  ResultTable stored_;
  Tuplesortstate* new_;
  std::int64_t new_count_ = 0;
};

}  // namespace varve::continuous_aggregate
