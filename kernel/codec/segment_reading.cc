#include "kernel/codec/segment_reading.h"

#include "kernel/base/crc32c.h"

namespace varve::codec {
namespace {

/// Adds the validity and zones of vector m.
template <class Segment>
std::uint32_t add_rows(const Segment& segment, std::size_t m, std::uint32_t crc) {
  if (const std::uint64_t* words = segment.validity().words(m)) {
    crc = crc32c(std::as_bytes(std::span(words, kVectorRows / 64)), crc);
  }
  const KeyRange zone = segment.zone(m).value_or(KeyRange{1, 0});
  return crc32c(std::as_bytes(std::span(&zone, 1)), crc);
}

template <class Value, class Segment, class Decode>
std::uint32_t checksum(const Segment& segment, std::size_t fields, Decode&& decode) {
  Value vector[kVectorRows];
  std::uint32_t crc = 0;
  for (std::size_t m = 0; m < segment.vectors(); ++m) {
    crc = add_rows(segment, m, crc);
    for (std::size_t field = 0; field < fields; ++field) {
      const std::size_t n = decode(m, field, vector);
      crc = crc32c(std::as_bytes(std::span(vector, n)), crc);
    }
  }
  return crc;
}

std::uint32_t checksum_of_strings(const StringSegment& segment) {
  StringReader reader(segment);
  std::uint32_t crc = 0;
  for (std::size_t m = 0; m < segment.vectors(); ++m) {
    crc = add_rows(segment, m, crc);
    for (const std::string_view string : reader.decode(m)) {
      crc = crc32c(std::as_bytes(std::span(string.data() - 4, string.size() + 4)), crc);
    }
  }
  return crc;
}

std::uint32_t checksum_of_dictionary(const StringSegment& segment) {
  std::uint32_t crc = 0;
  for (std::size_t m = 0; m < segment.vectors(); ++m) {
    crc = add_rows(segment, m, crc);
    for (std::size_t i = 0; i < segment.validity().values_in(m); ++i) {
      const std::string_view string = segment.at(m, i);
      crc = crc32c(std::as_bytes(std::span(string.data() - 4, string.size() + 4)), crc);
    }
  }
  return crc;
}

}  // namespace

std::uint32_t checksum_of_contents(ByteView blob, Access access) {
  const bool singly = access == Access::kSingly;
  const auto counted = [singly](const auto& segment) {
    return [&segment, singly](std::size_t m, std::size_t, auto* out) {
      const std::size_t n = segment.validity().values_in(m);
      if (!singly) segment.decode(m, out);
      for (std::size_t i = 0; singly && i < n; ++i) out[i] = segment.at(m, i);
      return n;
    };
  };
  switch (static_cast<SegmentType>(segment_header(blob).type)) {
    case SegmentType::kInteger: {
      const IntegerSegment segment(blob);
      return checksum<std::int64_t>(segment, 1, counted(segment));
    }
    case SegmentType::kBoolean: {
      const BooleanSegment segment(blob);
      return checksum<std::uint64_t>(segment, 1, [&](std::size_t m, std::size_t, auto* out) {
        segment.decode(m, out);
        return kVectorRows / 64;
      });
    }
    case SegmentType::kDouble: {
      const DoubleSegment segment(blob);
      return checksum<double>(segment, 1, counted(segment));
    }
    case SegmentType::kFields: {
      const FieldsSegment segment(blob);
      return checksum<std::int64_t>(segment, segment.fields(),
                                    [&](std::size_t m, std::size_t field, auto* out) {
                                      const std::size_t n = segment.validity().values_in(m);
                                      if (!singly) segment.decode(m, field, out);
                                      for (std::size_t i = 0; singly && i < n; ++i) {
                                        out[i] = segment.at(m, i, field);
                                      }
                                      return n;
                                    });
    }
    case SegmentType::kString: {
      const StringSegment segment(blob);
      const bool has_codes = segment.encoding() == SegmentEncoding::kDictionary;
      return singly && has_codes ? checksum_of_dictionary(segment) : checksum_of_strings(segment);
    }
  }
  corrupt("type of a segment");
}

}  // namespace varve::codec
