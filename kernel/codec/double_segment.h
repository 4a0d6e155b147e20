#pragma once

#include "kernel/codec/decimal.h"
#include "kernel/codec/dictionary.h"
#include "kernel/codec/patches.h"
#include "kernel/codec/segment.h"

namespace varve::codec {

struct DoubleRange {
  double min;
  double max;
};

/// A column of doubles, or of floats widened to doubles. Every bit comes back: -0, infinities and
/// the payloads of NaNs included (but widening a signalling float makes it quiet).
///
/// The encoding is the smallest by a sample: decimals (decimal.h), a dictionary, ALP-RD, bits.
///
/// ALP-RD  For doubles of full precision: the left 1 to 16 bits, of which eight different ones
///         cover nearly all values, as codes of three bits; the rest, random, as it is. Source as
///         for ALP, section 3.4.
///
/// Cost    decoding decimals 0.1 to 0.3 ns a value, ALP-RD 0.5; encoding 5 to 10 ns.
class DoubleSegment : public Segment {
 public:
  explicit DoubleSegment(ByteView blob,
                         std::pmr::memory_resource* memory = std::pmr::get_default_resource());

  /// Appends the segment of `values`, one for each row that is not null. Gives their range, unless
  /// there is none of them or a NaN is among them; of two zeros either may be its end.
  static std::optional<DoubleRange> encode(Rows rows, std::span<const double> values, Bytes& out,
                                           const SegmentOptions& options = {});

  /// Writes the values of vector m, without its nulls. Throws kCorruptData.
  void decode(std::size_t m, double* out) const;

  /// Value i of vector m, as decode() writes it. Throws kCorruptData.
  [[nodiscard]] double at(std::size_t m, std::size_t i) const;

  /// The integers behind decimals, for filters and sums that work on them; none for other
  /// encodings and for segments with patches.
  [[nodiscard]] const Integers* decimal_integers() const noexcept;
  /// What they stand for.
  [[nodiscard]] const Decimal& decimal() const noexcept { return decimal_; }

 private:
  Integers integers_;  // decimals, bits, or ALP-RD's codes
  Integers right_;     // ALP-RD
  std::uint64_t left_[8] = {};
  Decimal decimal_;
  std::optional<Dictionary> dictionary_;
  Patches patches_;
};

/// The bits of a double in the order of doubles (negative NaNs first), and back.
constexpr std::int64_t ordered_bits(double value) {
  const auto bits = std::bit_cast<std::int64_t>(value);
  return bits < 0 ? bits ^ std::numeric_limits<std::int64_t>::max() : bits;
}
constexpr double from_ordered_bits(std::int64_t bits) {
  return std::bit_cast<double>(bits < 0 ? bits ^ std::numeric_limits<std::int64_t>::max() : bits);
}

}  // namespace varve::codec
