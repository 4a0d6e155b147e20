#pragma once

#include "kernel/codec/segment.h"

namespace varve::codec {

/// A column of booleans. Its vectors are bitmaps, which a filter takes as they are.
class BooleanSegment : public Segment {
 public:
  explicit BooleanSegment(ByteView blob,
                          std::pmr::memory_resource* memory = std::pmr::get_default_resource());

  /// Appends the segment of `values`, each 0 or 1, one for each row that is not null.
  static void encode(Rows rows, std::span<const std::int64_t> values, Bytes& out,
                     const SegmentOptions& options = {});

  /// Writes one bit for each value of vector m, least significant first, and zeros up to 16 words.
  void decode(std::size_t m, std::uint64_t* words) const noexcept;

 private:
  Integers integers_;
};

}  // namespace varve::codec
