#include "kernel/codec/integer_segment.h"

namespace varve::codec {
namespace {

/// A dictionary costs a look-up for each value; it must save this share of the bytes.
constexpr double kDictionaryGain = 0.1;

bool is_progression(std::span<const std::int64_t> values) {
  return !values.empty() && kernels().shape(values.data(), values.size()).bends == 0;
}

void write(const Validity& validity, std::span<const std::int64_t> values, const Codes* codes,
           const SegmentOptions& options, std::uint8_t scale, Bytes& out) {
  SegmentWriter writer(SegmentType::kInteger,
                       codes != nullptr ? SegmentEncoding::kDictionary : SegmentEncoding::kPlain,
                       validity, out);
  writer.header.p0 = scale;
  encode_integers(codes != nullptr ? codes->codes : values, validity.cut(), options.integers, out);
  if (codes != nullptr) {
    writer.begin_aux();
    append_entries({{&values, 1}}, *codes, out);
  }
  std::pmr::vector<KeyRange> ranges(out.get_allocator());
  if (options.zones && !is_progression(values)) {
    const Cut cut = validity.cut();
    for (std::size_t m = 0; m < cut.vectors(); ++m) {
      ranges.push_back(range_of(values.subspan(cut.start(m), cut.count(m))));
    }
  }
  writer.finish(ranges);
}

}  // namespace

void IntegerSegment::encode(Rows rows, std::span<const std::int64_t> values, Bytes& out,
                            const SegmentOptions& options, std::uint8_t scale) {
  pad(out);
  const Validity validity(rows, out.get_allocator().resource());
  check_input(validity, values.size());
  const std::size_t start = out.size();
  write(validity, values, nullptr, options, scale, out);

  // A dictionary pays where few values are far apart, and nowhere near one byte a value.
  const Tuples tuples{{&values, 1}};
  if ((out.size() - start) < values.size() || !repeats(tuples)) return;
  const auto codes = dictionary_of(tuples, out.get_allocator().resource());
  if (!codes) return;
  Bytes other(out.get_allocator());
  write(validity, values, &*codes, options, scale, other);
  if (double(other.size()) > double(out.size() - start) * (1 - kDictionaryGain)) return;
  out.resize(start);
  append(out, other);
}

IntegerSegment::IntegerSegment(ByteView blob, std::pmr::memory_resource* memory)
    : Segment(blob, SegmentType::kInteger, memory) {
  ByteView in = body();
  if (encoding() == SegmentEncoding::kDictionary) {
    dictionary_.emplace(in, cut(), aux(), 1, memory);
  } else {
    integers_ = Integers::open(in, cut());
  }
}

std::optional<KeyRange> IntegerSegment::zone(std::size_t m) const noexcept {
  if (dictionary_ || integers_.encoding() != SequenceEncoding::kLinear) return Segment::zone(m);
  if (validity_.values_in(m) == 0) return std::nullopt;
  const Sequence& line = integers_.sequence();
  const auto at = [&](std::size_t i, std::int64_t& value) {
    return !__builtin_mul_overflow(line.step(), static_cast<std::int64_t>(i), &value) &&
           !__builtin_add_overflow(line.origin(), value, &value);
  };
  std::int64_t first = 0, last = 0;
  // A progression that wraps takes any value.
  if (!at(cut().start(m), first) || !at(cut().start(m + 1) - 1, last)) return KeyRange{};
  return KeyRange{order_key(std::min(first, last)), order_key(std::max(first, last))};
}

std::int64_t IntegerSegment::at(std::size_t m, std::size_t i) const {
  return dictionary_ ? dictionary_->at(m, i, 0) : integers_.at(m, i);
}

void IntegerSegment::decode(std::size_t m, std::int64_t* out) const {
  if (dictionary_) return dictionary_->decode(m, 0, out);
  integers_.decode(m, out);
}

}  // namespace varve::codec
