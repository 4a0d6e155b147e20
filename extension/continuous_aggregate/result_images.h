#pragma once

#include "extension/continuous_aggregate/result_table.h"

#include "extension/pg/postgres.h"
extern "C" {
#include <access/tupdesc.h>
#include <executor/tuptable.h>
#include <lib/stringinfo.h>
#include <nodes/bitmapset.h>
}

namespace varve::continuous_aggregate {

/// What rows of results look like, byte for byte: values that are equal, and look different, are
/// different. C in the sense of boundary.h.
class ResultImages {
 public:
  /// Of rows with these columns, told apart by those of `key` (attribute numbers); by all where it
  /// is null.
  ResultImages(TupleDesc columns, const Bitmapset* key);

  /// Of the columns of a row from `offset` on.
  Image of(TupleTableSlot& row, int offset);

 private:
  void append(const TupleTableSlot& row, int offset, int column);

  TupleDesc columns_;
  int* order_;  // of the columns: those of the key, then the others
  int key_count_ = 0;
  StringInfoData bytes_;  // of a row
  MemoryContext memory_;  // for a row
};

}  // namespace varve::continuous_aggregate
