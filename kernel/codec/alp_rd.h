#pragma once

#include <array>
#include <cstdint>
#include <span>

namespace varve::codec {

/// How ALP-RD parts doubles: `right` bits on the right, and up to eight left parts.
struct AlpRd {
  unsigned right = 48;
  unsigned entries = 0;
  std::array<std::uint16_t, 8> left{};

  /// The code of a double's left part, or `entries` where it has none.
  [[nodiscard]] unsigned code(std::uint64_t bits) const;
};

struct AlpRdChoice {
  AlpRd parts;
  double bits = 64;  // a value
};

/// The best parting of `sample`, at most 1024 values.
AlpRdChoice choose_alp_rd(std::span<const double> sample);

}  // namespace varve::codec
