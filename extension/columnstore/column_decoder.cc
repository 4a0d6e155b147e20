#include "extension/columnstore/column_decoder.h"

#include <bit>
#include <cstring>

#include "kernel/codec/wire.h"

#include "extension/columnstore/column_buffer.h"
#include "extension/columnstore/field_image.h"
#include "extension/columnstore/numeric_image.h"

extern "C" {
#include <utils/date.h>
#include <utils/timestamp.h>
#include <utils/uuid.h>
}

namespace varve::columnstore {
namespace {

using codec::kVectorRows;
using codec::require;

constexpr std::size_t kNumericStride = 32;  // header, image, padding
static_assert(VARHDRSZ + kMostImageBytes <= kNumericStride);
constexpr std::size_t kFieldsStride = 16;  // a uuid, an interval, a timetz

/// As fetch_att() makes Datums of types that are passed by value, in place.
template <class Int>
void narrow(Datum* values, std::size_t count) {
  for (std::size_t i = 0; i < count; ++i) {
    values[i] = static_cast<Datum>(std::int64_t{static_cast<Int>(values[i])});
  }
}

void narrow(Datum* values, std::size_t count, std::int16_t length) {
  switch (length) {
    case 1:
      for (std::size_t i = 0; i < count; ++i)
        values[i] = CharGetDatum(static_cast<char>(values[i]));
      return;
    case 2: return narrow<std::int16_t>(values, count);
    case 4: return narrow<std::int32_t>(values, count);
    default: return;
  }
}

/// Whether segments of `type` can hold columns of `form`.
bool fits(Form form, codec::SegmentType type, std::size_t fields) {
  using codec::SegmentType;
  switch (form) {
    case Form::kInteger: return type == SegmentType::kInteger;
    case Form::kBoolean: return type == SegmentType::kBoolean;
    case Form::kFloat4: return type == SegmentType::kDouble || type == SegmentType::kInteger;
    case Form::kFloat8: return type == SegmentType::kDouble;
    case Form::kNumeric:
      return type == SegmentType::kInteger || type == SegmentType::kString ||
             (type == SegmentType::kFields && fields == 2);
    case Form::kUuid:
    case Form::kTimetz: return type == SegmentType::kFields && fields == 2;
    case Form::kInterval: return type == SegmentType::kFields && fields == 3;
    case Form::kFixed:
    case Form::kVarlena:
    case Form::kCstring: return type == SegmentType::kString;
  }
  return false;
}

std::size_t stride_of(const Representation& type) {
  switch (type.form) {
    case Form::kNumeric: return kNumericStride;
    case Form::kUuid:
    case Form::kInterval:
    case Form::kTimetz: return kFieldsStride;
    case Form::kFixed: return MAXALIGN(static_cast<std::size_t>(type.length));
    default: return 0;
  }
}

/// Moves dense values to their rows, from the last one on, so that nothing is overwritten.
void expand(const std::uint64_t* validity, std::size_t rows, std::size_t count, Datum* values,
            bool* nulls) {
  if (validity == nullptr) {
    std::memset(nulls, 0, rows);
    return;
  }
  for (std::size_t row = rows; row-- > 0;) {
    nulls[row] = (validity[row / 64] >> row % 64 & 1) == 0;
    values[row] = nulls[row] ? Datum{0} : values[--count];
  }
}

}  // namespace

ColumnDecoder::ColumnDecoder(const Column& column, const codec::ColumnDescriptor& descriptor,
                             ByteView stored, bool is_checked, std::uint32_t rows,
                             MemoryContext context)
    : column_(column), memory_(context), room_(&memory_), numbers_(&memory_), images_(&memory_) {
  const bool is_plain = (descriptor.flags & codec::kArchived) == 0;
  const ByteView blob =
      is_checked && is_plain ? stored : codec::checked_segment(descriptor, stored, room_);
  const codec::SegmentHeader header = codec::segment_header(blob);
  require(header.rows == rows, "rows of a segment");
  require(fits(column.representation.form, static_cast<codec::SegmentType>(header.type), header.p0),
          "type of a segment");
  open(blob);
}

void ColumnDecoder::open(ByteView blob) {
  switch (static_cast<codec::SegmentType>(codec::segment_header(blob).type)) {
    case codec::SegmentType::kInteger:
      segment_.emplace<codec::IntegerSegment>(blob, &memory_);
      break;
    case codec::SegmentType::kBoolean:
      segment_.emplace<codec::BooleanSegment>(blob, &memory_);
      break;
    case codec::SegmentType::kDouble: segment_.emplace<codec::DoubleSegment>(blob, &memory_); break;
    case codec::SegmentType::kFields: segment_.emplace<codec::FieldsSegment>(blob, &memory_); break;
    case codec::SegmentType::kString:
      strings_.emplace(segment_.emplace<codec::StringSegment>(blob, &memory_), &memory_);
      break;
  }
}

std::int64_t* ColumnDecoder::number_room() {
  if (numbers_.empty()) numbers_.resize(kVectorRows * kMostFields);
  return numbers_.data();
}

char* ColumnDecoder::image_room() {
  if (images_.empty()) {
    images_.resize(kVectorRows * stride_of(column_.representation) / sizeof(std::uint64_t));
  }
  return reinterpret_cast<char*>(images_.data());
}

const codec::Validity& ColumnDecoder::validity() const {
  return std::visit(
      [](const auto& segment) -> const codec::Validity& {
        if constexpr (std::is_same_v<std::decay_t<decltype(segment)>, std::monostate>) {
          codec::corrupt("type of a segment");
        } else {
          return segment.validity();
        }
      },
      segment_);
}

std::uint32_t ColumnDecoder::decode(std::uint32_t m, Datum* values, bool* nulls) {
  const codec::Validity& validity = this->validity();
  require(m < validity.vectors(), "number of a vector");
  const std::size_t count = validity.values_in(m);
  switch (segment_.index()) {
    case 1: decode_integers(m, values, count); break;
    case 2: decode_booleans(m, values, count); break;
    case 3: decode_doubles(m, values, count); break;
    case 4: decode_fields(m, values, count); break;
    default: decode_strings(m, values, count); break;
  }
  expand(validity.words(m), validity.rows_in(m), count, values, nulls);
  return static_cast<std::uint32_t>(validity.rows_in(m));
}

void ColumnDecoder::decode_integers(std::uint32_t m, Datum* out, std::size_t count) {
  const auto& segment = std::get<codec::IntegerSegment>(segment_);
  if (column_.representation.form == Form::kNumeric) {
    std::int64_t* numbers = number_room();
    char* images = image_room();
    segment.decode(m, numbers);
    for (std::size_t i = 0; i < count; ++i) {
      out[i] = put_numeric(numbers[i], segment.scale(), images + i * kNumericStride);
    }
    return;
  }
  static_assert(sizeof(Datum) == sizeof(std::int64_t));
  segment.decode(m, reinterpret_cast<std::int64_t*>(out));
  narrow(out, count, column_.representation.length);  // of float4, the bits
}

void ColumnDecoder::decode_booleans(std::uint32_t m, Datum* out, std::size_t count) {
  std::uint64_t words[kVectorRows / 64];
  std::get<codec::BooleanSegment>(segment_).decode(m, words);
  for (std::size_t i = 0; i < count; ++i) out[i] = BoolGetDatum(words[i / 64] >> i % 64 & 1);
}

void ColumnDecoder::decode_doubles(std::uint32_t m, Datum* out, std::size_t count) {
  const auto& segment = std::get<codec::DoubleSegment>(segment_);
  static_assert(FLOAT8PASSBYVAL);
  segment.decode(m, reinterpret_cast<double*>(out));
  if (column_.representation.form != Form::kFloat4) return;
  for (std::size_t i = 0; i < count; ++i) {
    out[i] = Float4GetDatum(static_cast<float4>(DatumGetFloat8(out[i])));
  }
}

void ColumnDecoder::decode_fields(std::uint32_t m, Datum* out, std::size_t count) {
  const auto& segment = std::get<codec::FieldsSegment>(segment_);
  std::int64_t* numbers = number_room();
  for (std::size_t k = 0; k < segment.fields(); ++k) {
    segment.decode(m, k, numbers + k * kVectorRows);
  }
  char* images = image_room();
  const std::size_t stride = stride_of(column_.representation);
  for (std::size_t i = 0; i < count; ++i) {
    std::int64_t fields[kMostFields];
    for (std::size_t k = 0; k < kMostFields; ++k) fields[k] = numbers[k * kVectorRows + i];
    out[i] = put_fields(fields, images + i * stride);
  }
}

Datum ColumnDecoder::put_fields(const std::int64_t* fields, char* at) const {
  const Form form = column_.representation.form;
  if (form == Form::kNumeric) return put_numeric(fields[0], fields[1], at);
  write_field_image(form, fields, at);
  return PointerGetDatum(at);
}

Datum ColumnDecoder::put_numeric(std::int64_t integer, std::int64_t scale, char* at) {
  require(scale >= ScaledInteger::kSpecial && scale <= kMaxScale, "scale of a numeric");
  const std::size_t size = write_image({integer, static_cast<std::int16_t>(scale)}, at + VARHDRSZ);
  require(size > 0, "special value of a numeric");
  SET_VARSIZE(at, VARHDRSZ + size);
  return PointerGetDatum(at);
}

void ColumnDecoder::decode_strings(std::uint32_t m, Datum* out, std::size_t count) {
  const auto strings = strings_->decode(m);
  require(strings.size() == count, "strings of a vector");
  if (column_.representation.form == Form::kCstring) {
    std::size_t size = 0;
    for (const std::string_view string : strings) size += string.size() + 1;
    images_.resize(codec::padded(size) / sizeof(std::uint64_t));
    auto* at = reinterpret_cast<char*>(images_.data());
    for (std::size_t i = 0; i < count; ++i) {
      out[i] = PointerGetDatum(at);
      if (!strings[i].empty()) std::memcpy(at, strings[i].data(), strings[i].size());
      at[strings[i].size()] = '\0';
      at += strings[i].size() + 1;
    }
    return;
  }
  for (std::size_t i = 0; i < count; ++i) out[i] = put_string(strings[i], i);
}

Datum ColumnDecoder::put_string(std::string_view string, std::size_t i) {
  if (column_.representation.form == Form::kFixed) {
    require(string.size() == static_cast<std::size_t>(column_.representation.length),
            "length of a value");
    const std::size_t stride = stride_of(column_.representation);
    char* at = image_room() + i * stride;
    std::memcpy(at, string.data(), string.size());
    return PointerGetDatum(at);
  }
  // Before the bytes lies the header of a varlena (StringArena).
  return PointerGetDatum(const_cast<char*>(string.data()) - VARHDRSZ);
}

/// Strings that are compressed together are not read one by one; nor are those whose Datums are no
/// part of the dictionary.
bool ColumnDecoder::can_pick() const {
  const auto* strings = std::get_if<codec::StringSegment>(&segment_);
  if (strings == nullptr) return true;
  return strings->encoding() == codec::SegmentEncoding::kDictionary &&
         (column_.representation.form == Form::kVarlena ||
          column_.representation.form == Form::kNumeric);
}

bool ColumnDecoder::pick(std::uint32_t m, std::uint32_t row, std::uint32_t place, Datum& value,
                         bool& is_null) {
  if (!can_pick()) return false;
  const codec::Validity& validity = this->validity();
  require(m < validity.vectors() && row < validity.rows_in(m), "number of a row");
  std::size_t i = row;  // among the values
  if (const std::uint64_t* words = validity.words(m)) {
    const std::uint64_t below = (std::uint64_t{1} << row % 64) - 1;
    i = static_cast<std::size_t>(std::popcount(words[row / 64] & below));
    for (std::uint32_t w = 0; w < row / 64; ++w) {
      i += static_cast<std::size_t>(std::popcount(words[w]));
    }
    is_null = (words[row / 64] >> row % 64 & 1) == 0;
  } else {
    is_null = false;
  }
  value = is_null ? Datum{0} : pick_value(m, i, picked_[place]);
  return true;
}

Datum ColumnDecoder::pick_value(std::uint32_t m, std::size_t i, char* room) {
  static_assert(kNumericStride <= kPickedBytes && kFieldsStride <= kPickedBytes);
  const Form form = column_.representation.form;
  switch (segment_.index()) {
    case 1: {
      const auto& segment = std::get<codec::IntegerSegment>(segment_);
      const std::int64_t integer = segment.at(m, i);
      if (form == Form::kNumeric) return put_numeric(integer, segment.scale(), room);
      auto value = static_cast<Datum>(integer);
      narrow(&value, 1, column_.representation.length);
      return value;
    }
    case 2: {
      std::uint64_t words[kVectorRows / 64];
      std::get<codec::BooleanSegment>(segment_).decode(m, words);
      return BoolGetDatum(words[i / 64] >> i % 64 & 1);
    }
    case 3: {
      const double value = std::get<codec::DoubleSegment>(segment_).at(m, i);
      return form == Form::kFloat4 ? Float4GetDatum(static_cast<float4>(value))
                                   : Float8GetDatum(value);
    }
    case 4: {
      const auto& segment = std::get<codec::FieldsSegment>(segment_);
      std::int64_t fields[kMostFields] = {};
      for (std::size_t k = 0; k < segment.fields(); ++k) fields[k] = segment.at(m, i, k);
      return put_fields(fields, room);
    }
    default: return put_string(std::get<codec::StringSegment>(segment_).at(m, i), i);
  }
}

std::optional<codec::KeyRange> ColumnDecoder::zone(std::uint32_t m) const {
  const bool are_bits = column_.representation.form == Form::kFloat4 && segment_.index() == 1;
  if (are_bits) return codec::KeyRange{};
  return std::visit(
      [&](const auto& segment) -> std::optional<codec::KeyRange> {
        if constexpr (std::is_same_v<std::decay_t<decltype(segment)>, std::monostate>) {
          return codec::KeyRange{};
        } else {
          if (m >= segment.vectors()) return codec::KeyRange{};
          return segment.zone(m);
        }
      },
      segment_);
}

}  // namespace varve::columnstore
