#include "extension/columnstore/column_buffer.h"

#include <algorithm>
#include <bit>
#include <cstring>

#include "kernel/codec/validity.h"

extern "C" {
#include <port/pg_bswap.h>
#include <utils/builtins.h>
#include <utils/date.h>
#include <utils/timestamp.h>
#include <utils/uuid.h>
}

namespace varve::columnstore {
namespace {

constexpr std::size_t kRoomBlock = std::size_t{256} * 1024;
constexpr std::uint32_t kFirstCapacity = 1024;
constexpr std::uint32_t kFirstRows = codec::kMaxRows;  // that there are validity bits for

std::size_t fields_of(Form form) {
  switch (form) {
    case Form::kInteger:
    case Form::kBoolean:
    case Form::kFloat4:
    case Form::kFloat8: return 1;
    case Form::kUuid:
    case Form::kTimetz: return 2;
    case Form::kInterval: return 3;
    case Form::kNumeric:
    case Form::kFixed:
    case Form::kVarlena:
    case Form::kCstring: return 0;
  }
  return 0;
}

/// Arrays may pass 1 GB where row groups of wide rows are allowed to.
template <class T>
T* grown(T* array, std::size_t count) {
  const std::size_t size = count * sizeof(T);
  if (array == nullptr) {
    return static_cast<T*>(MemoryContextAllocHuge(CurrentMemoryContext, size));
  }
  return static_cast<T*>(repalloc_huge(array, size));
}

void grow(ColumnBuffer& buffer) {
  const MemoryContext outer = MemoryContextSwitchTo(GetMemoryChunkContext(buffer.validity));
  buffer.capacity = buffer.capacity == 0 ? kFirstCapacity : 2 * buffer.capacity;
  const std::size_t fields = fields_of(buffer.column.representation.form);
  for (std::size_t k = 0; k < fields; ++k) {
    buffer.fields[k] = grown(buffer.fields[k], buffer.capacity);
  }
  if (fields == 0) buffer.strings = grown(buffer.strings, buffer.capacity);
  if (buffer.is_positional && buffer.capacity > kFirstRows) {
    const std::size_t words = buffer.capacity / 64;
    buffer.validity = grown(buffer.validity, words);
    std::memset(buffer.validity + words / 2, 0, words / 2 * sizeof(std::uint64_t));
  }
  MemoryContextSwitchTo(outer);
}

std::string_view stored(StringRoom& room, const char* bytes, std::size_t size) {
  if (size > room.left) {
    const std::size_t block = size > kRoomBlock / 4 ? size : kRoomBlock;
    char* memory = static_cast<char*>(MemoryContextAllocHuge(room.context, block));
    if (block != kRoomBlock) {  // a block of its own; the current one goes on
      std::memcpy(memory, bytes, size);
      return {memory, size};
    }
    room.block = memory;
    room.left = block;
  }
  if (size > 0) std::memcpy(room.block, bytes, size);
  const std::string_view result(room.block, size);
  room.block += size;
  room.left -= size;
  return result;
}

std::string_view stored_varlena(StringRoom& room, Datum value) {
  auto* packed = PG_DETOAST_DATUM_PACKED(value);
  const std::string_view bytes = stored(room, VARDATA_ANY(packed), VARSIZE_ANY_EXHDR(packed));
  if (PointerGetDatum(packed) != value) pfree(packed);
  return bytes;
}

std::int64_t widened(Datum value, const Representation& type) {
  switch (type.length) {
    case 1:
      return type.is_unsigned
                 ? static_cast<std::int64_t>(DatumGetUInt8(value))
                 : static_cast<std::int64_t>(static_cast<std::int8_t>(DatumGetChar(value)));
    case 2:
      return type.is_unsigned ? static_cast<std::int64_t>(DatumGetUInt16(value))
                              : static_cast<std::int64_t>(DatumGetInt16(value));
    case 4:
      return type.is_unsigned ? static_cast<std::int64_t>(DatumGetUInt32(value))
                              : static_cast<std::int64_t>(DatumGetInt32(value));
    default: return DatumGetInt64(value);
  }
}

std::int64_t half_of_uuid(const pg_uuid_t* uuid, std::size_t half) {
  std::uint64_t bytes;
  std::memcpy(&bytes, uuid->data + half * sizeof bytes, sizeof bytes);
  return static_cast<std::int64_t>(pg_ntoh64(bytes));
}

void take_fields(ColumnBuffer& buffer, Datum value, std::uint32_t at) {
  switch (buffer.column.representation.form) {
    case Form::kUuid: {
      const auto* uuid = DatumGetUUIDP(value);
      buffer.fields[0][at] = half_of_uuid(uuid, 0);
      buffer.fields[1][at] = half_of_uuid(uuid, 1);
      break;
    }
    case Form::kInterval: {
      const auto* interval = DatumGetIntervalP(value);
      buffer.fields[0][at] = interval->time;
      buffer.fields[1][at] = interval->day;
      buffer.fields[2][at] = interval->month;
      break;
    }
    default: {
      const auto* time = DatumGetTimeTzADTP(value);
      buffer.fields[0][at] = time->time;
      buffer.fields[1][at] = time->zone;
      break;
    }
  }
}

std::size_t take(ColumnBuffer& buffer, Datum value, StringRoom& room) {
  const Representation& type = buffer.column.representation;
  const std::uint32_t at = buffer.values;
  switch (type.form) {
    case Form::kInteger:
    case Form::kBoolean: buffer.fields[0][at] = widened(value, type); return sizeof(std::int64_t);
    case Form::kFloat4:
      buffer.fields[0][at] = std::bit_cast<std::int32_t>(DatumGetFloat4(value));
      return sizeof(std::int64_t);
    case Form::kFloat8:
      buffer.fields[0][at] = std::bit_cast<std::int64_t>(DatumGetFloat8(value));
      return sizeof(std::int64_t);
    case Form::kUuid:
    case Form::kInterval:
    case Form::kTimetz:
      take_fields(buffer, value, at);
      return fields_of(type.form) * sizeof(std::int64_t);
    case Form::kNumeric:
    case Form::kVarlena: buffer.strings[at] = stored_varlena(room, value); break;
    case Form::kFixed:
      buffer.strings[at] =
          stored(room, DatumGetPointer(value), static_cast<std::size_t>(type.length));
      break;
    case Form::kCstring:
      buffer.strings[at] = stored(room, DatumGetCString(value), strlen(DatumGetCString(value)));
      break;
  }
  return sizeof(std::string_view) + buffer.strings[at].size();
}

}  // namespace

ColumnBuffer make_buffer(const Column& column, bool is_positional) {
  ColumnBuffer buffer = {};
  buffer.column = column;
  buffer.is_positional = is_positional;
  buffer.validity =
      static_cast<std::uint64_t*>(palloc0(codec::kMaxRows / 64 * sizeof(std::uint64_t)));
  return buffer;
}

std::size_t append(ColumnBuffer& buffer, Datum value, bool is_null, StringRoom& room) {
  const std::uint32_t row = buffer.rows++;
  if (is_null) ++buffer.nulls;
  if (is_null && !buffer.is_positional) return 0;
  if (buffer.values == buffer.capacity) grow(buffer);
  if (is_null) {
    ++buffer.values;
    return sizeof(std::string_view);
  }
  const std::size_t bytes = take(buffer, value, room);
  buffer.validity[row / 64] |= std::uint64_t{1} << row % 64;
  ++buffer.values;
  return bytes;
}

namespace {

void set_valid(ColumnBuffer& buffer, std::size_t count) {
  for (std::size_t i = 0; i < count; ++i, ++buffer.rows) {
    buffer.validity[buffer.rows / 64] |= std::uint64_t{1} << buffer.rows % 64;
  }
}

/// Keeps of `rows` those that have a value, in `valid`; how many.
std::size_t take_validity(ColumnBuffer& buffer, const ColumnBuffer& from, const std::uint32_t* rows,
                          std::size_t count, std::uint32_t* valid) {
  std::size_t values = 0;
  for (std::size_t i = 0; i < count; ++i, ++buffer.rows) {
    const std::uint32_t row = rows[i];
    const std::uint64_t is_valid = from.validity[row / 64] >> row % 64 & 1;
    buffer.validity[buffer.rows / 64] |= is_valid << buffer.rows % 64;
    valid[values] = row;
    values += is_valid;
  }
  buffer.nulls += static_cast<std::uint32_t>(count - values);
  return values;
}

}  // namespace

std::size_t append_rows(ColumnBuffer& buffer, const ColumnBuffer& from, const std::uint32_t* rows,
                        std::size_t count) {
  const std::size_t fields = fields_of(buffer.column.representation.form);
  while (buffer.values + count > buffer.capacity) grow(buffer);
  std::uint32_t valid[kMostRowsAtOnce] = {};
  if (from.nulls == 0) {
    set_valid(buffer, count);
  } else {
    count = take_validity(buffer, from, rows, count, valid);
    rows = valid;
  }
  // One column, one field at a time: what is read lies far apart, and many reads are under way.
  for (std::size_t k = 0; k < fields; ++k) {
    std::int64_t* to = buffer.fields[k] + buffer.values;
    const std::int64_t* values = from.fields[k];
    for (std::size_t i = 0; i < count; ++i) to[i] = values[rows[i]];
  }
  std::size_t bytes = count * std::max<std::size_t>(fields, 2) * sizeof(std::int64_t);
  if (fields == 0) {
    for (std::size_t i = 0; i < count; ++i) {
      buffer.strings[buffer.values + i] = from.strings[rows[i]];
      bytes += from.strings[rows[i]].size();
    }
  }
  buffer.values += static_cast<std::uint32_t>(count);
  return bytes;
}

std::size_t append_row(std::span<ColumnBuffer> buffers, TupleTableSlot* slot, StringRoom& room) {
  slot_getallattrs(slot);
  std::size_t bytes = 0;
  for (ColumnBuffer& buffer : buffers) {
    const int at = buffer.column.attribute - 1;
    bytes += append(buffer, slot->tts_values[at], slot->tts_isnull[at], room);
  }
  return bytes;
}

void clear(ColumnBuffer& buffer) {
  std::memset(buffer.validity, 0, codec::kMaxRows / 64 * sizeof(std::uint64_t));
  buffer.rows = buffer.values = buffer.nulls = 0;
}

}  // namespace varve::columnstore
