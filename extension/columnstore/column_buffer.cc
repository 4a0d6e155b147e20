#include "extension/columnstore/column_buffer.h"

#include <algorithm>
#include <bit>
#include <cstring>

#include "kernel/codec/validity.h"

#include "extension/columnstore/integer_type.h"

extern "C" {
#include <port/pg_bswap.h>
#include <utils/builtins.h>
#include <utils/date.h>
#include <utils/timestamp.h>
#include <utils/uuid.h>
}

namespace varve::columnstore {
namespace {

constexpr std::uint32_t kFirstCapacity = 1024;

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
  MemoryContextSwitchTo(outer);
}

std::int64_t widened(Datum value, const Representation& type) {
  return with_integer_type(
      type, [&](auto zero) { return std::int64_t{static_cast<decltype(zero)>(value)}; });
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

ColumnBuffer make_buffer(const Column& column) {
  ColumnBuffer buffer = {};
  buffer.column = column;
  buffer.validity =
      static_cast<std::uint64_t*>(palloc0(codec::kMaxRows / 64 * sizeof(std::uint64_t)));
  return buffer;
}

std::size_t append(ColumnBuffer& buffer, Datum value, bool is_null, StringRoom& room) {
  const std::uint32_t row = buffer.rows++;
  if (is_null) {
    ++buffer.nulls;
    return 0;
  }
  make_room(buffer, 1);
  const std::size_t bytes = take(buffer, value, room);
  buffer.validity[row / 64] |= std::uint64_t{1} << row % 64;
  ++buffer.values;
  return bytes;
}

void make_room(ColumnBuffer& buffer, std::size_t count) {
  while (buffer.values + count > buffer.capacity) grow(buffer);
}

void set_valid(ColumnBuffer& buffer, std::size_t count) {
  while (count > 0) {
    const std::uint32_t bit = buffer.rows % 64;
    const std::size_t bits = std::min<std::size_t>(count, 64 - bit);
    buffer.validity[buffer.rows / 64] |= ~std::uint64_t{0} >> (64 - bits) << bit;
    buffer.rows += static_cast<std::uint32_t>(bits);
    count -= bits;
  }
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
