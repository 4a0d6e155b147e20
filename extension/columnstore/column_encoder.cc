#include "extension/columnstore/column_encoder.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <string>
#include <utility>

#include "kernel/codec/segment_reading.h"

#include "extension/columnstore/numeric_image.h"
#include "extension/columnstore/representation.h"

namespace varve::columnstore {
namespace {

using Integers = std::pmr::vector<std::int64_t>;

/// One column on its way into a segment.
struct Encoding {
  const ColumnBuffer& buffer;
  codec::Rows rows;
  codec::ColumnDescriptor& descriptor;
  Bytes& out;

  [[nodiscard]] std::span<const std::int64_t> field(std::size_t k) const {
    return {buffer.fields[k], buffer.values};
  }
  [[nodiscard]] std::span<const std::string_view> strings() const {
    return {buffer.strings, buffer.values};
  }
};

void state_range(Encoding& encoding, std::span<const std::int64_t> values) {
  if (values.empty() || encoding.buffer.column.representation.order != Order::kInteger) return;
  const auto [min, max] = codec::kernels().extremes(values.data(), values.size());
  codec::set_range(encoding.descriptor, min, max);
}

void encode_integers(Encoding& encoding) {
  state_range(encoding, encoding.field(0));
  codec::IntegerSegment::encode(encoding.rows, encoding.field(0), encoding.out);
}

void encode_booleans(Encoding& encoding) {
  state_range(encoding, encoding.field(0));
  codec::BooleanSegment::encode(encoding.rows, encoding.field(0), encoding.out);
}

/// Doubles are within a few units in the last place of what they stand for.
void state_approximate_range(Encoding& encoding, double min, double max) {
  constexpr double kSlack = 1e-15;
  codec::set_range(encoding.descriptor, min - std::abs(min) * kSlack, max + std::abs(max) * kSlack);
}

void encode_doubles(Encoding& encoding, std::span<const double> values) {
  const auto range = codec::DoubleSegment::encode(encoding.rows, values, encoding.out);
  if (range) codec::set_range(encoding.descriptor, range->min, range->max);
}

void encode_float8(Encoding& encoding) {
  // The bits lie there as they are.
  encode_doubles(encoding, {reinterpret_cast<const double*>(encoding.buffer.fields[0]),
                            encoding.buffer.values});
}

bool is_signalling(std::int32_t bits) {
  return (bits & 0x7F800000) == 0x7F800000 && (bits & 0x007FFFFF) != 0 && (bits & 0x00400000) == 0;
}

void encode_float4(Encoding& encoding) {
  std::pmr::vector<double> values(encoding.out.get_allocator());
  values.reserve(encoding.buffer.values);
  for (const std::int64_t wide : encoding.field(0)) {
    const auto bits = static_cast<std::int32_t>(wide);
    // Widening would make it quiet: then the bits themselves, as integers.
    if (is_signalling(bits)) {
      return codec::IntegerSegment::encode(encoding.rows, encoding.field(0), encoding.out);
    }
    values.push_back(static_cast<double>(std::bit_cast<float>(bits)));
  }
  encode_doubles(encoding, values);
}

void encode_fields(Encoding& encoding, std::size_t count) {
  std::span<const std::int64_t> fields[kMostFields];
  for (std::size_t k = 0; k < count; ++k) fields[k] = encoding.field(k);
  codec::FieldsSegment::encode(encoding.rows, std::span(fields, count), encoding.out);
}

void encode_strings(Encoding& encoding) {
  const auto range = codec::StringSegment::encode(encoding.rows, encoding.strings(), encoding.out);
  if (range && encoding.buffer.column.representation.order == Order::kBytes) {
    codec::set_range(encoding.descriptor, range->min, range->max);
  }
}

void encode_uuids(Encoding& encoding) {
  using Halves = std::pair<std::uint64_t, std::uint64_t>;
  const auto first = encoding.field(0);
  const auto second = encoding.field(1);
  const auto value = [&](std::size_t i) {
    return Halves(static_cast<std::uint64_t>(first[i]), static_cast<std::uint64_t>(second[i]));
  };
  const auto bytes = [](const Halves& halves) {
    std::string image(2 * sizeof(std::uint64_t), '\0');
    for (std::size_t i = 0; i < sizeof(std::uint64_t); ++i) {
      image[i] = static_cast<char>(halves.first >> (56 - 8 * i));
      image[i + sizeof(std::uint64_t)] = static_cast<char>(halves.second >> (56 - 8 * i));
    }
    return image;
  };
  if (!first.empty()) {
    Halves min = value(0);
    Halves max = min;
    for (std::size_t i = 1; i < first.size(); ++i) {
      min = std::min(min, value(i));
      max = std::max(max, value(i));
    }
    codec::set_range(encoding.descriptor, bytes(min), bytes(max));
  }
  encode_fields(encoding, 2);
}

void encode_intervals(Encoding& encoding) {
  const auto length = [&](std::size_t i) {
    return interval_length(encoding.field(0)[i], encoding.field(1)[i], encoding.field(2)[i]);
  };
  const std::size_t values = encoding.field(0).size();
  if (values > 0) {
    double min = length(0);
    double max = min;
    for (std::size_t i = 1; i < values; ++i) {
      min = std::min(min, length(i));
      max = std::max(max, length(i));
    }
    state_approximate_range(encoding, min, max);
  }
  encode_fields(encoding, 3);
}

/// No range where something is no finite number, or has more digits behind the point than powers of
/// ten are exact for.
void state_numeric_range(Encoding& encoding, const Integers& integers, const Integers& scales) {
  constexpr std::int64_t kMostExactScale = 22;
  const auto is_exact = [](std::int64_t scale) { return scale >= 0 && scale <= kMostExactScale; };
  if (integers.empty() || !std::ranges::all_of(scales, is_exact)) return;
  double powers[kMostExactScale + 1] = {1};
  for (std::int64_t i = 1; i <= kMostExactScale; ++i) powers[i] = powers[i - 1] * 10;
  const auto value = [&](std::size_t i) {
    return static_cast<double>(integers[i]) / powers[scales[i]];
  };
  double min = value(0);
  double max = min;
  for (std::size_t i = 1; i < integers.size(); ++i) {
    min = std::min(min, value(i));
    max = std::max(max, value(i));
  }
  state_approximate_range(encoding, min, max);
}

void encode_scaled(Encoding& encoding, const Integers& integers, const Integers& scales) {
  const bool is_uniform =
      std::ranges::all_of(scales, [&](std::int64_t scale) { return scale == scales.front(); });
  if (is_uniform && (scales.empty() || scales.front() >= 0)) {
    const auto scale = scales.empty() ? std::uint8_t{0} : static_cast<std::uint8_t>(scales.front());
    return codec::IntegerSegment::encode(encoding.rows, integers, encoding.out, {}, scale);
  }
  const std::span<const std::int64_t> fields[] = {integers, scales};
  codec::FieldsSegment::encode(encoding.rows, fields, encoding.out);
}

void encode_numerics(Encoding& encoding) {
  Integers integers(encoding.out.get_allocator());
  Integers scales(encoding.out.get_allocator());
  integers.reserve(encoding.buffer.values);
  scales.reserve(encoding.buffer.values);
  for (const std::string_view image : encoding.strings()) {
    const auto value = scaled_integer(image);
    if (!value) return encode_strings(encoding);
    integers.push_back(value->integer);
    scales.push_back(value->scale);
  }
  state_numeric_range(encoding, integers, scales);
  encode_scaled(encoding, integers, scales);
}

void encode(Encoding& encoding) {
  switch (encoding.buffer.column.representation.form) {
    case Form::kInteger: return encode_integers(encoding);
    case Form::kBoolean: return encode_booleans(encoding);
    case Form::kFloat4: return encode_float4(encoding);
    case Form::kFloat8: return encode_float8(encoding);
    case Form::kNumeric: return encode_numerics(encoding);
    case Form::kUuid: return encode_uuids(encoding);
    case Form::kTimetz: return encode_fields(encoding, 2);
    case Form::kInterval: return encode_intervals(encoding);
    case Form::kFixed:
    case Form::kVarlena:
    case Form::kCstring: return encode_strings(encoding);
  }
}

}  // namespace

codec::ColumnDescriptor encode_column(const ColumnBuffer& buffer, Bytes& out) {
  codec::ColumnDescriptor descriptor{};
  descriptor.attribute = buffer.column.attribute;
  descriptor.type = buffer.column.type;
  descriptor.typmod = buffer.column.typmod;
  descriptor.collation = buffer.column.collation;
  descriptor.nulls = buffer.rows - buffer.values;
  const bool has_nulls = descriptor.nulls > 0;
  Encoding encoding{buffer, {buffer.rows, has_nulls ? buffer.validity : nullptr}, descriptor, out};
  encode(encoding);
  return descriptor;
}

}  // namespace varve::columnstore
