#pragma once

#include <cstddef>
#include <cstdint>

/// The hot loops of decoding and packing, compiled once for each level of the instruction set.
/// Included by sources compiled for CPUs newer than this one: nothing here, and nothing that
/// level.inc includes, may define a function with external linkage, or the linker could keep the
/// copy that this CPU cannot run.
namespace varve::codec {

inline constexpr unsigned kVectorRows = 1024;
inline constexpr unsigned kRowBytes = 128;  // a row of lanes; see bitpack.h
inline constexpr unsigned kMaxWidth = 64;

/// What one pass over a sequence tells.
struct Shape {
  std::int64_t min;
  std::int64_t max;
  std::size_t changes;  // values that differ from their predecessor
  std::size_t bends;    // differences (modulo 2^64) that differ from the first one
};

struct Extremes {
  std::int64_t min;
  std::int64_t max;
};

/// Loops over primitive values with a fixed shape. None allocates, throws or touches what its
/// arguments do not name; bytes need no alignment. Every level gives the same bytes and values.
struct Kernels {
  const char* name;

  /// By width: 1024 lanes from 128 * width bytes. Lanes are as wide as bitpack.h says.
  void (*unpack[kMaxWidth + 1])(const std::byte* packed, std::byte* lanes);

  /// The first `positions` rows of lanes of a shorter vector, and back.
  void (*unpack_some)(unsigned width, unsigned positions, const std::byte* packed,
                      std::byte* lanes);
  void (*pack)(unsigned width, unsigned positions, const std::byte* lanes, std::byte* packed);

  /// By log2 of the lane's bytes: out[i] = add + mul * lane[i], and lane[i] = values[i] - base;
  /// both modulo 2^64.
  void (*affine[4])(const std::byte* lanes, std::size_t n, std::uint64_t add, std::uint64_t mul,
                    std::int64_t* out);
  void (*narrow[4])(const std::int64_t* values, std::size_t n, std::uint64_t base,
                    std::byte* lanes);

  /// values[i] = first + values[1] + ... + values[i], modulo 2^64; values[0] is ignored.
  void (*prefix_sum)(std::int64_t* values, std::size_t n, std::int64_t first);

  /// out[i] = values[i] - values[i - 1], modulo 2^64; out[0] = out[1] (0 where n = 1).
  void (*differences)(const std::int64_t* values, std::size_t n, std::int64_t* out);

  /// values[i] += slope * i, modulo 2^64.
  void (*add_ramp)(std::int64_t* values, std::size_t n, std::int64_t slope);

  /// n > 0.
  Shape (*shape)(const std::int64_t* values, std::size_t n);
  /// Of the shape only what is needed most: the least and the greatest value; n > 0.
  Extremes (*extremes)(const std::int64_t* values, std::size_t n);

  /// out[i] = the bits of values[i], in the order of doubles: ordered_bits() of double_segment.h.
  void (*order)(const double* values, std::size_t n, std::int64_t* out);
  /// Whether all values are floats that were widened: the way back and forth keeps their bits.
  bool (*all_floats)(const double* values, std::size_t n);

  /// out[i] = ((values[i] - origin) >> shift) * inverse modulo 2^64: an exact division by
  /// odd << shift, where inverse * odd = 1. Whether all quotients were exact and at most `limit`.
  bool (*divide_exactly)(const std::int64_t* values, std::size_t n, std::uint64_t origin,
                         unsigned shift, std::uint64_t inverse, std::uint64_t limit,
                         std::int64_t* out);

  /// out[i] = integers[i] / divisor; the same rounded to a float; integers[i] * first * second in
  /// that order. The integer is converted exactly where |integer| < 2^51, and to the same double
  /// at every level elsewhere.
  void (*divide)(const std::int64_t* integers, std::size_t n, double divisor, double* out);
  void (*divide_to_float)(const std::int64_t* integers, std::size_t n, double divisor, double* out);
  void (*multiply)(const std::int64_t* integers, std::size_t n, double first, double second,
                   double* out);

  /// integers[i] = values[i] * first * second, rounded to the nearest.
  void (*round)(const double* values, std::size_t n, double first, double second,
                std::int64_t* integers);

  /// differs[i] = 1 where `decoded` has other bits than `values`, or integers[i] is not within
  /// 2^51 of 0; else 0. Gives their number.
  std::size_t (*compare)(const double* values, const double* decoded, const std::int64_t* integers,
                         std::size_t n, std::uint8_t* differs);

  /// Values whose distance above `base` (modulo 2^64) exceeds `limit`.
  std::size_t (*count_outside)(const std::int64_t* values, std::size_t n, std::uint64_t base,
                               std::uint64_t limit);

  /// out[i] = the next of `dense` where bit i of `words` is set, 0 elsewhere, for `rows` rows.
  void (*expand)(const std::uint64_t* dense, const std::uint64_t* words, std::size_t rows,
                 std::uint64_t* out);

  /// passes[i], of 0 or 1, becomes 0 unless low <= values[i] <= high, or, with `nan`, values[i] is
  /// NaN.
  void (*keep_integers)(const std::int64_t* values, std::size_t n, std::int64_t low,
                        std::int64_t high, std::uint8_t* passes);
  void (*keep_doubles)(const double* values, std::size_t n, double low, double high, bool nan,
                       std::uint8_t* passes);
};

/// The best level that this CPU runs, chosen when the program is loaded.
const Kernels& kernels() noexcept;

/// Every level that this CPU runs, the portable one first; for tests and benchmarks.
struct Levels {
  const Kernels* const* first;
  std::size_t count;
  [[nodiscard]] const Kernels* const* begin() const { return first; }
  [[nodiscard]] const Kernels* const* end() const { return first + count; }
};
Levels levels() noexcept;

/// Makes kernels() give `level`; for tests and benchmarks, not for threads.
void choose_level(const Kernels& level) noexcept;

namespace detail {
extern const Kernels kPortable;
#if defined(__x86_64__)
extern const Kernels kV2;
extern const Kernels kV3;
extern const Kernels kV4;
#endif
}  // namespace detail

}  // namespace varve::codec
