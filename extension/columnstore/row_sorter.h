#pragma once

#include "extension/columnstore/sort_order.h"
#include "extension/columnstore/writer.h"

#include "extension/pg/postgres.h"
extern "C" {
#include <executor/tuptable.h>
#include <utils/rel.h>
}

namespace varve::columnstore {

/// Sorts rows in memory by keys that are packed side by side, and moves each row once, into the
/// columns that are going to be written: several times as fast as tuplesort, which moves rows often
/// and compares them one by one. For keys that have the order of integers, and text to segment by.
/// C API.
class RowSorter {
 public:
  /// Null where a key is not of such a type.
  static RowSorter* open(Relation chunk, const SortOrder& order);
  void add(TupleTableSlot* slot);
  /// Of memory, about.
  [[nodiscard]] std::size_t bytes() const;
  /// Writes the rows in their order, and forgets them.
  void write(Writer& writer);

  struct State;

 private:
  State* state_ = nullptr;
};

}  // namespace varve::columnstore
