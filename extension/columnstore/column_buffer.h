#pragma once

#include <cstdint>
#include <span>
#include <string_view>

#include "extension/columnstore/column.h"

#include "extension/pg/postgres.h"
extern "C" {
#include <executor/tuptable.h>
}

namespace varve::columnstore {

inline constexpr std::size_t kMostFields = 3;  // of a value: an interval's

/// Bytes of strings that live as long as the rows they are of; freed all at once.
struct StringRoom {
  MemoryContext context;
  char* block;
  std::size_t left;
};

/// Values of one column until they are encoded. Lives in a memory context; C API.
struct ColumnBuffer {
  Column column;
  bool is_positional;  // value i is row i's, null or not; otherwise values are dense
  std::uint32_t rows;
  std::uint32_t values;
  std::uint32_t nulls;
  std::uint32_t capacity;
  std::uint64_t* validity;            // a bit a row; of kMaxRows, or of as many as it takes
  std::int64_t* fields[kMostFields];  // integers, bits of floats, parts of intervals and the like
  std::string_view* strings;          // images of what is neither
};

/// An empty buffer in the current memory context; a positional one takes any number of rows.
ColumnBuffer make_buffer(const Column& column, bool is_positional = false);

/// Adds a row; copies what the value refers to, detoasted, into `room`. The bytes it takes.
std::size_t append(ColumnBuffer& buffer, Datum value, bool is_null, StringRoom& room);

/// Adds the row of a slot to the buffers of its columns. The bytes it takes.
std::size_t append_row(std::span<ColumnBuffer> buffers, TupleTableSlot* slot, StringRoom& room);

inline constexpr std::size_t kMostRowsAtOnce = 1024;

/// Adds at most kMostRowsAtOnce rows of a positional buffer, by their numbers, to one that is not;
/// strings stay where they are. The bytes they take.
std::size_t append_rows(ColumnBuffer& buffer, const ColumnBuffer& from, const std::uint32_t* rows,
                        std::size_t count);

/// Forgets all rows, keeps memory.
void clear(ColumnBuffer& buffer);

}  // namespace varve::columnstore
