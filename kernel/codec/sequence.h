#pragma once

#include <span>

#include "kernel/codec/bitpack.h"
#include "kernel/codec/cut.h"

/// Sequences of 64-bit integers: what every column comes down to, whether they are its values, the
/// codes of its dictionary, its decimals without the point, or the lengths of its strings.
///
/// A sequence is cut into vectors (cut.h), each of which can be decoded alone. All arithmetic is
/// modulo 2^64, so that every sequence round-trips and no input overflows.
///
/// Cost    decoding takes 0.05 to 0.25 ns a value, encoding a few ns; see integers_bench.cc.
namespace varve::codec {

/// The bytes' meaning is fixed: docs/format/columnstore.md, section 3.
enum class SequenceEncoding : std::uint8_t {
  kConstant = 0,  // origin
  kLinear = 1,    // origin + step * i
  kVectors = 2,   // origin + step * what the vector holds
  kRuns = 3,      // two sequences: the runs' values and ends
};

/// How a vector's integers follow from its codes; a window's exceptions replace codes first.
enum class VectorMode : std::uint8_t {
  kFrame = 0,   // base + code: frame of reference
  kDelta = 1,   // first + the sum of base + code since
  kLinear = 2,  // slope * i + base + code
};
inline constexpr std::uint8_t kHorizontalFlag = 0x80;  // of VectorHeader::mode

struct SequenceHeader {
  std::uint8_t encoding;
  std::uint8_t flags;  // none is defined
  std::uint16_t reserved;
  std::uint32_t size;  // of the sequence in bytes, this header included; a multiple of 8
  std::int64_t origin;
  std::int64_t step;  // kRuns: the number of runs
};
static_assert(sizeof(SequenceHeader) == 24 && offsetof(SequenceHeader, size) == 4 &&
              offsetof(SequenceHeader, origin) == 8 && offsetof(SequenceHeader, step) == 16);

struct VectorHeader {
  std::int64_t base;
  std::uint32_t offset;  // of the payload, from the start of the sequence; a multiple of 8
  std::uint16_t exceptions;
  std::uint8_t width;
  std::uint8_t mode;
};
static_assert(sizeof(VectorHeader) == 16 && offsetof(VectorHeader, offset) == 8 &&
              offsetof(VectorHeader, exceptions) == 12 && offsetof(VectorHeader, width) == 14 &&
              offsetof(VectorHeader, mode) == 15);

/// What the encoder weighs.
struct IntegerOptions {
  /// A mode must be smaller than the frame of reference by this factor, since it is slower to
  /// decode and hides the codes from filters.
  double delta_penalty = 0.15;
  double linear_penalty = 0.03;
  /// The values are 0 and 1, and their vectors bitmaps.
  bool bitmaps = false;
};

/// One vector as it is stored, for filters and sums that work on codes.
struct PackedVector {
  VectorMode mode;
  Packing packing;
  unsigned width;
  std::size_t values;
  std::int64_t base;
  std::int64_t aux;         // kDelta: the first integer; kLinear: the slope
  const std::byte* packed;  // bitpack.h
  std::size_t exceptions;
  const std::byte* exception_values;     // u64 each
  const std::byte* exception_positions;  // u16 each
};

/// A sequence that is not in runs, in somebody else's bytes.
class Sequence {
 public:
  Sequence() = default;

  /// The sequence at the front of `in`, which moves past it. Checks everything that decode()
  /// relies on; throws kCorruptData, or kUnsupported for an encoding or mode from the future.
  static Sequence open(ByteView& in, Cut cut);

  /// Writes the cut.count(m) integers of vector m.
  void decode(std::size_t m, std::int64_t* out) const noexcept;

  /// Integer i of vector m: what decode() writes there, without the others but where they are
  /// differences.
  [[nodiscard]] std::int64_t at(std::size_t m, std::size_t i) const noexcept;

  /// Vector m of an encoding() of kVectors.
  [[nodiscard]] PackedVector vector(std::size_t m) const noexcept;

  [[nodiscard]] SequenceEncoding encoding() const noexcept {
    return static_cast<SequenceEncoding>(header_.encoding);
  }
  [[nodiscard]] std::int64_t origin() const noexcept { return header_.origin; }
  [[nodiscard]] std::int64_t step() const noexcept { return header_.step; }
  [[nodiscard]] const Cut& cut() const noexcept { return cut_; }

 private:
  Cut cut_{0};
  SequenceHeader header_{};
  const std::byte* start_ = nullptr;
};

/// Appends `values` as a sequence that is not in runs, starting and ending at a multiple of 8
/// bytes. `shape` is the values', where there are any.
void encode_sequence(std::span<const std::int64_t> values, Cut cut, const Shape& shape,
                     const IntegerOptions& options, Bytes& out);

/// Throws kUnsupported, naming what it does not know, unless `header` is one of ours.
void check_known(const SequenceHeader& header);

}  // namespace varve::codec
