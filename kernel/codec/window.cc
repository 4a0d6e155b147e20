#include "kernel/codec/window.h"

#include <algorithm>
#include <array>

namespace varve::codec {
namespace {

std::uint64_t distance(std::int64_t low, std::int64_t high) {
  return static_cast<std::uint64_t>(high) - static_cast<std::uint64_t>(low);
}

/// The values on one side of the pivot whose distance from it has the same bit width.
struct Ring {
  unsigned count = 0;
  std::int64_t farthest = 0;
};
using Rings = std::array<Ring, kMaxWidth + 1>;

/// A place where the window may end: it takes in `count` values of this side, up to `end`.
struct Cut {
  unsigned count;
  std::int64_t end;
};

struct Cuts {
  std::array<Cut, kMaxWidth + 2> at;
  unsigned count = 0;

  Cuts(const Rings& rings, std::int64_t pivot) {
    at[count++] = {0, pivot};
    for (const Ring& ring : rings) {
      if (ring.count == 0) continue;
      at[count] = {at[count - 1].count + ring.count, ring.farthest};
      ++count;
    }
  }
};

/// The middle one of three values: seldom itself an outlier.
std::int64_t pivot_of(std::span<const std::int64_t> values) {
  const std::int64_t a = values[values.size() / 4];
  const std::int64_t b = values[values.size() / 2];
  const std::int64_t c = values[values.size() * 3 / 4];
  return std::max(std::min(a, b), std::min(std::max(a, b), c));
}

/// The best width above `base`: the rings are about the pivot, so that their ends are not those of
/// whole bits above the base.
Window refine(std::span<const std::int64_t> values, std::int64_t base, Packing packing) {
  std::array<unsigned, kMaxWidth + 1> counts{};
  unsigned exceptions = 0;
  for (const std::int64_t value : values) {
    const bool below = value < base;
    exceptions += below ? 1 : 0;
    counts[width_of(distance(base, value))] += below ? 0 : 1;
  }
  Window best{base, kMaxWidth, exceptions};
  std::size_t best_bytes = SIZE_MAX;
  for (unsigned width = kMaxWidth + 1; width-- > 0; exceptions += counts[width]) {
    const Window window{base, width, exceptions};
    const std::size_t bytes = window_bytes(window, values.size(), packing);
    if (bytes <= best_bytes) {
      best = window;
      best_bytes = bytes;
    }
  }
  return best;
}

}  // namespace

Window choose_window(std::span<const std::int64_t> values, Packing packing) {
  if (values.empty()) return {};
  const std::int64_t pivot = pivot_of(values);
  Rings below, above;
  for (const std::int64_t value : values) {
    if (value < pivot) {
      Ring& ring = below[width_of(distance(value, pivot))];
      ring.farthest = ring.count++ == 0 ? value : std::min(ring.farthest, value);
    } else {
      Ring& ring = above[width_of(distance(pivot, value))];
      ring.farthest = ring.count++ == 0 ? value : std::max(ring.farthest, value);
    }
  }

  const auto n = static_cast<unsigned>(values.size());
  const Cuts lows(below, pivot), highs(above, pivot);
  Window best;
  std::size_t best_bytes = SIZE_MAX;
  for (unsigned i = lows.count; i-- > 0;) {
    for (unsigned j = highs.count; j-- > 0;) {
      const Window window{lows.at[i].end, width_of(distance(lows.at[i].end, highs.at[j].end)),
                          n - lows.at[i].count - highs.at[j].count};
      const std::size_t bytes = window_bytes(window, n, packing);
      // Fewer values cost more from here on.
      if (window.exceptions * kExceptionBytes >= best_bytes) break;
      if (bytes < best_bytes) {
        best = window;
        best_bytes = bytes;
      }
    }
  }
  return refine(values, best.base, packing);
}

}  // namespace varve::codec
