// Images of rows become columns again: the values of one column after another, in any order of the
// rows.
#include <cstring>

#include "extension/columnstore/integer_type.h"
#include "extension/columnstore/row_images.h"

extern "C" {
#include <port/pg_bswap.h>
#include <utils/date.h>
#include <utils/timestamp.h>
}

namespace varve::columnstore {
namespace {

template <class T>
T at(const char* bytes, std::size_t offset) {
  T value;
  std::memcpy(&value, bytes + offset, sizeof value);
  return value;
}

/// The values of some rows, in one column.
struct Values {
  const char* const* images;
  std::size_t count;
  std::size_t offset;

  template <class T>
  void widen(std::int64_t* to) const {
    // NOLINTNEXTLINE(bugprone-signed-char-misuse): of one byte, it is a number
    for (std::size_t i = 0; i < count; ++i) to[i] = at<T>(images[i], offset);
  }
  void halves_of_uuids(std::int64_t* first, std::int64_t* second) const {
    for (std::size_t i = 0; i < count; ++i) {
      first[i] = static_cast<std::int64_t>(pg_ntoh64(at<std::uint64_t>(images[i], offset)));
      second[i] = static_cast<std::int64_t>(pg_ntoh64(at<std::uint64_t>(images[i], offset + 8)));
    }
  }
  void integers(const Representation& type, std::int64_t* to) const {
    with_integer_type(type, [&](auto zero) { widen<decltype(zero)>(to); });
  }
  [[nodiscard]] Values field(std::size_t within) const { return {images, count, offset + within}; }
};

/// To the fields of a buffer; how many there are.
std::size_t take_fields(ColumnBuffer& buffer, const Values& values) {
  const Representation& type = buffer.column.representation;
  const auto to = [&](std::size_t k) { return buffer.fields[k] + buffer.values; };
  switch (type.form) {
    case Form::kUuid: values.halves_of_uuids(to(0), to(1)); return 2;
    case Form::kInterval:
      values.field(offsetof(Interval, time)).widen<std::int64_t>(to(0));
      values.field(offsetof(Interval, day)).widen<std::int32_t>(to(1));
      values.field(offsetof(Interval, month)).widen<std::int32_t>(to(2));
      return 3;
    case Form::kTimetz:
      values.field(offsetof(TimeTzADT, time)).widen<std::int64_t>(to(0));
      values.field(offsetof(TimeTzADT, zone)).widen<std::int32_t>(to(1));
      return 2;
    default: values.integers(type, to(0)); return 1;
  }
}

std::size_t take_strings(ColumnBuffer& buffer, const Values& values) {
  const bool is_fixed = buffer.column.representation.form == Form::kFixed;
  const auto length =
      static_cast<std::size_t>(std::max<std::int16_t>(buffer.column.representation.length, 0));
  std::size_t bytes = 0;
  for (std::size_t i = 0; i < values.count; ++i) {
    // The image itself has what is of a fixed length.
    const std::string_view string = is_fixed
                                        ? std::string_view(values.images[i] + values.offset, length)
                                        : at<std::string_view>(values.images[i], values.offset);
    buffer.strings[buffer.values + i] = string;
    bytes += string.size();
  }
  return bytes;
}

std::size_t take(ColumnBuffer& buffer, const Values& values) {
  constexpr std::size_t kLeast = sizeof(std::string_view);
  std::size_t bytes = 0;
  if (buffer.strings != nullptr) {
    bytes = values.count * kLeast + take_strings(buffer, values);
  } else {
    bytes = values.count * std::max(take_fields(buffer, values) * sizeof(std::int64_t), kLeast);
  }
  buffer.values += static_cast<std::uint32_t>(values.count);
  return bytes;
}

/// Keeps the images of rows that have a value, in `valid`; how many.
std::size_t take_validity(ColumnBuffer& buffer, const RowImages& from, std::size_t column,
                          const std::uint32_t* rows, const char* const* images, std::size_t count,
                          const char** valid) {
  std::size_t values = 0;
  for (std::size_t i = 0; i < count; ++i, ++buffer.rows) {
    const std::uint64_t is_valid = from.is_null(rows[i], column) ? 0 : 1;
    buffer.validity[buffer.rows / 64] |= is_valid << buffer.rows % 64;
    valid[values] = images[i];
    values += is_valid;
  }
  buffer.nulls += static_cast<std::uint32_t>(count - values);
  return values;
}

}  // namespace

std::size_t append_rows(std::span<ColumnBuffer> buffers, const RowImages& from,
                        const std::uint32_t* rows, std::size_t count) {
  const char* images[kMostRowsAtOnce];
  for (std::size_t i = 0; i < count; ++i) images[i] = from.image(rows[i]);
  std::size_t bytes = 0;
  for (std::size_t c = 0; c < buffers.size(); ++c) {
    ColumnBuffer& buffer = buffers[c];
    make_room(buffer, count);
    const std::size_t offset = from.columns()[c].offset;
    if (from.columns()[c].nulls == 0) {
      set_valid(buffer, count);
      bytes += take(buffer, {images, count, offset});
    } else {
      const char* valid[kMostRowsAtOnce] = {};
      const std::size_t values = take_validity(buffer, from, c, rows, images, count, valid);
      bytes += take(buffer, {valid, values, offset});
    }
  }
  return bytes;
}

}  // namespace varve::columnstore
