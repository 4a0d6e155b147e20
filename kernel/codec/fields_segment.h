#pragma once

#include "kernel/codec/dictionary.h"
#include "kernel/codec/segment.h"

namespace varve::codec {

inline constexpr std::size_t kMaxFields = 8;

/// A column whose values are several integers each, in columns of their own: a uuid's halves (of
/// version 7 the left one ascends), an interval's months, days and microseconds, the halves of a
/// 128-bit integer. Where values repeat, whole values get codes.
class FieldsSegment : public Segment {
 public:
  explicit FieldsSegment(ByteView blob,
                         std::pmr::memory_resource* memory = std::pmr::get_default_resource());

  /// Appends the segment of values whose k-th field is fields[k], 1 <= k <= 8; each has one
  /// integer for each row that is not null. `scale` is for the caller.
  static void encode(Rows rows, std::span<const std::span<const std::int64_t>> fields, Bytes& out,
                     const SegmentOptions& options = {}, std::uint8_t scale = 0);

  [[nodiscard]] std::size_t fields() const noexcept { return header_.p0; }
  [[nodiscard]] std::uint8_t scale() const noexcept { return header_.p1; }

  /// Writes one field of vector m's values, without its nulls. Throws kCorruptData.
  void decode(std::size_t m, std::size_t field, std::int64_t* out) const;

  /// One field of value i of vector m, as decode() writes it. Throws kCorruptData.
  [[nodiscard]] std::int64_t at(std::size_t m, std::size_t i, std::size_t field) const;

  [[nodiscard]] const Dictionary* dictionary() const noexcept {
    return dictionary_ ? &*dictionary_ : nullptr;
  }

 private:
  Integers fields_[kMaxFields];
  std::optional<Dictionary> dictionary_;
};

}  // namespace varve::codec
