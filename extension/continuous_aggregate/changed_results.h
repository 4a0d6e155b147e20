#pragma once

#include <cstdint>

#include "extension/continuous_aggregate/chunk_of_results.h"
#include "extension/continuous_aggregate/result_images.h"
#include "extension/continuous_aggregate/result_table.h"

#include "extension/pg/postgres.h"
extern "C" {
#include <access/attnum.h>
#include <access/tupdesc.h>
#include <executor/tuptable.h>
#include <nodes/bitmapset.h>
#include <utils/tuplesort.h>
#include <utils/tuplestore.h>
}

// The rows in which stored results and new ones differ. A late row changes few results of the
// buckets it is in; those that stay need not be written again, and those that change do so where
// they are. C in the sense of boundary.h, with SPI connected.
namespace varve::continuous_aggregate {

/// Rows are told apart by 128 bits of hashes of their bytes, so that values which are equal but
/// look different count as changed.
class ChangedResults {
 public:
  /// Of a hypertable of results, by its bucket, whose rows are told apart by the columns of `key`;
  /// by all where it is null. Holds `max_rows` of what is stored in memory, about 100 bytes each;
  /// new rows, and those that replace others, are sorted in maintenance_work_mem, or on disk.
  ChangedResults(Oid materialization, AttrNumber bucket_column, const Bitmapset* key,
                 std::int64_t max_rows);

  /// Reads what is stored, by a query for tableoid, ctid and all columns. False where it is more
  /// than fits, and no more than that is known.
  bool read_stored(const char* query);

  /// Takes for true that nothing is stored.
  void forget_stored();

  /// Reads what is to be stored, by a query for all columns.
  void read_new(const char* query);

  /// Deletes stored rows whose key is not among those of new ones.
  void delete_gone();

  /// Puts new rows in place of stored ones of the same key.
  void replace_changed();

  /// Inserts new rows that are not stored, in the order of their buckets.
  void insert_new();

 private:
  bool take_stored(TupleTableSlot& row);
  void take_new(TupleTableSlot& row);
  void put_changed(const Place& place, TupleTableSlot& row);
  void put_new(TupleTableSlot& row);
  std::uint32_t number_of(Oid chunk);
  Tuplestorestate* load_new_chunks();

  Oid table_;
  ResultColumns columns_;
  ResultImages images_;
  std::int64_t max_rows_;
  MemoryContext memory_;
  ResultTable stored_;
  List* chunks_ = NIL;                 // of stored rows, by their number in a Place
  Tuplesortstate* changed_ = nullptr;  // from the first one on: its place, and the row
  TupleTableSlot* changed_row_ = nullptr;
  Tuplesortstate* new_;
  std::int64_t new_count_ = 0;
};

}  // namespace varve::continuous_aggregate
