#pragma once

#include <span>

#include "kernel/codec/row_group.h"

#include "extension/columnstore/column_buffer.h"
#include "extension/columnstore/filter_columns.h"
#include "extension/columnstore/store.h"

#include "extension/pg/postgres.h"
extern "C" {
#include <utils/palloc.h>
}

// The filters of a row group that is being written. C++ in the sense of boundary.h.
namespace varve::columnstore {

/// Makes the filters of rows that are buffered, by columns in the order of `buffers`, and adds them
/// to the group; stores those that are not small. An automatic one is left out where it is not
/// worth its bytes: unless more than one value in 64 is another. `room` is for hashes and the like.
void write_filters(const Store& store, std::span<const ColumnBuffer> buffers,
                   std::span<const FilterColumns> filters, codec::RowGroupWriter& group,
                   MemoryContext room);

/// Adds a filter as the group of another store has it, but for what its columns are called now.
void carry_filter(const Store& from, const codec::RowGroup& group,
                  const codec::FilterDescriptor& filter, const Store& to,
                  codec::RowGroupWriter& writer);

}  // namespace varve::columnstore
