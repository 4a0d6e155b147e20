#pragma once

#include <cstdint>
#include <span>

#include "kernel/codec/bitpack.h"

namespace varve::codec {

/// The values that a vector packs: those in [base, base + 2^width). The others, on either side, are
/// exceptions, stored whole with their position.
///
/// Source  Zukowski et al., "Super-Scalar RAM-CPU Cache Compression" (PFOR), ICDE 2006, with a
///         base that may lie above the minimum: one negative jump at the change of a series costs
///         an exception, not the width of the jump in every code.
struct Window {
  std::int64_t base = 0;
  unsigned width = 0;
  unsigned exceptions = 0;

  [[nodiscard]] bool holds(std::int64_t value) const {
    const std::uint64_t code = static_cast<std::uint64_t>(value) - static_cast<std::uint64_t>(base);
    return code <= low_bits(width);
  }
};

inline constexpr std::size_t kExceptionBytes = sizeof(std::uint64_t) + sizeof(std::uint16_t);

/// The window that stores `values` (at most 1024) in the fewest bytes, among those whose base
/// is the minimum, or the lowest value within a power of two of a middle one.
Window choose_window(std::span<const std::int64_t> values, Packing packing);

/// Chooses windows for vectors that follow one another and are much alike. What the last search
/// found, or all from the least to the greatest value, is taken again where it costs about as much
/// as it did, which takes a few quick looks at the values; every eighth vector is searched anyway.
class WindowChooser {
 public:
  Window choose(std::span<const std::int64_t> values, Packing packing);

 private:
  [[nodiscard]] bool will_do(std::span<const std::int64_t> values, const Window& window,
                             Packing packing) const;

  Window searched_;
  std::size_t searched_bytes_ = 0;
  std::size_t searched_values_ = 0;  // 0: none yet
  unsigned since_search_ = 0;
};

/// Bytes of `n` values in the window, exceptions included.
constexpr std::size_t window_bytes(const Window& window, std::size_t n, Packing packing) {
  return packed_bytes(window.width, n, packing) + window.exceptions * kExceptionBytes;
}

}  // namespace varve::codec
