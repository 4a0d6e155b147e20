#include "kernel/codec/boolean_segment.h"

namespace varve::codec {

void BooleanSegment::encode(Rows rows, std::span<const std::int64_t> values, Bytes& out,
                            const SegmentOptions& options) {
  pad(out);
  const Validity validity(rows, out.get_allocator().resource());
  check_input(validity, values.size());
  SegmentWriter writer(SegmentType::kBoolean, SegmentEncoding::kPlain, validity, out);
  IntegerOptions bitmaps = options.integers;
  bitmaps.bitmaps = true;
  encode_integers(values, validity.cut(), bitmaps, out);
  writer.finish({});
}

BooleanSegment::BooleanSegment(ByteView blob, std::pmr::memory_resource* memory)
    : Segment(blob, SegmentType::kBoolean, memory) {
  ByteView in = body();
  integers_ = Integers::open(in, cut());
}

void BooleanSegment::decode(std::size_t m, std::uint64_t* words) const noexcept {
  const std::size_t n = integers_.cut().count(m);
  std::fill_n(words, kVectorRows / 64, 0);
  if (integers_.encoding() == SequenceEncoding::kVectors) {
    const PackedVector v = integers_.sequence().vector(m);
    if (v.packing == Packing::kHorizontal && v.width == 1 && v.mode == VectorMode::kFrame &&
        v.base == 0 && v.exceptions == 0 && integers_.sequence().origin() == 0 &&
        integers_.sequence().step() == 1) {
      if (n > 0) std::memcpy(words, v.packed, packed_bytes(1, n, v.packing));
      if (n % 64 != 0) words[n / 64] &= low_bits(n % 64);
      return;
    }
  }
  std::int64_t values[kVectorRows];
  integers_.decode(m, values);
  for (std::size_t i = 0; i < n; ++i) {
    words[i / 64] |= static_cast<std::uint64_t>(values[i] & 1) << i % 64;
  }
}

}  // namespace varve::codec
