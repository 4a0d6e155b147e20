#pragma once

#include "extension/columnstore/row_sorter.h"
#include "extension/columnstore/sort_order.h"
#include "extension/columnstore/writer.h"

#include "extension/pg/postgres.h"

namespace varve::columnstore {

/// Puts rows in order, within its share of maintenance_work_mem, and writes them: in memory where
/// they are expected to fit and their keys allow it, with PostgreSQL's sort, which has disks,
/// otherwise. Where rows turn out to take more than they seemed to, those that are there are
/// written, and the order begins anew: row groups need none among themselves. C API.
class GroupSort {
 public:
  /// `bytes`: of the rows to come, about. `share` of maintenance_work_mem is for this sort.
  GroupSort(Relation chunk, const SortOrder& order, Writer& writer, std::size_t bytes,
            double share = 1);
  void add(TupleTableSlot* slot);
  /// Writes what is left.
  void finish();

 private:
  void write_sorted();

  Relation chunk_;
  Writer& writer_;
  std::size_t budget_;  // bytes
  RowSorter* in_memory_;
  Tuplesortstate* tuples_;
};

}  // namespace varve::columnstore
