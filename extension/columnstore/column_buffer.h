#pragma once

#include <cstdint>
#include <span>
#include <string_view>

#include "extension/columnstore/column.h"
#include "extension/columnstore/string_room.h"

#include "extension/pg/postgres.h"
extern "C" {
#include <executor/tuptable.h>
}

namespace varve::columnstore {

inline constexpr std::size_t kMostFields = 3;  // of a value: an interval's

/// Values of one column until they are encoded. Lives in a memory context; C API.
struct ColumnBuffer {
  Column column;
  std::uint32_t rows;
  std::uint32_t values;  // of rows that have one, side by side
  std::uint32_t nulls;
  std::uint32_t capacity;
  std::uint64_t* validity;            // a bit a row; of kMaxRows
  std::int64_t* fields[kMostFields];  // integers, bits of floats, parts of intervals and the like
  std::string_view* strings;          // images of what is neither
};

/// An empty buffer in the current memory context.
ColumnBuffer make_buffer(const Column& column);

/// Makes room for so many values more.
void make_room(ColumnBuffer& buffer, std::size_t count);

/// Adds rows that have a value, which is for the caller to write.
void set_valid(ColumnBuffer& buffer, std::size_t count);

/// Adds a row; copies what the value refers to, detoasted, into `room`. The bytes it takes.
std::size_t append(ColumnBuffer& buffer, Datum value, bool is_null, StringRoom& room);

/// Adds the row of a slot to the buffers of its columns. The bytes it takes.
std::size_t append_row(std::span<ColumnBuffer> buffers, TupleTableSlot* slot, StringRoom& room);

/// Forgets all rows, keeps memory.
void clear(ColumnBuffer& buffer);

}  // namespace varve::columnstore
