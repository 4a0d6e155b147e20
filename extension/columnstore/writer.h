#pragma once

#include <cstdint>
#include <span>

#include "extension/columnstore/filter_columns.h"
#include "extension/columnstore/reader.h"
#include "extension/columnstore/row_images.h"

#include "extension/pg/postgres.h"
extern "C" {
#include <executor/tuptable.h>
#include <utils/rel.h>
}

namespace varve::columnstore {

/// Writes rows into row groups of a chunk's store, in the order they come. C API: may ereport, and
/// lives in the memory context that is current at open().
class Writer {
 public:
  /// Groups are numbered from `first`. `toast` is the TOAST relation that takes them, `chunk` says
  /// what columns there are; the caller has locked both. A row group ends at 65,536 rows, or when
  /// its values take maintenance_work_mem. `filters` of each live as long as the writer.
  static Writer* open(Relation chunk, Oid toast, std::uint32_t first,
                      std::span<const SortColumn> sort, std::span<const FilterColumns> filters);
  void add(TupleTableSlot* slot);
  /// Adds rows of the chunk's columns by their numbers, and ends the row group behind the last one.
  void add_rows(const RowImages& images, std::span<const std::uint32_t> rows);
  /// Writes what is left and closes the store; the number of row groups written.
  std::uint32_t finish();

  struct State;

 private:
  State* state_ = nullptr;
};

}  // namespace varve::columnstore
