#include "kernel/codec/window.h"

#include <algorithm>
#include <array>

namespace varve::codec {
namespace {

std::uint64_t distance(std::int64_t low, std::int64_t high) {
  return static_cast<std::uint64_t>(high) - static_cast<std::uint64_t>(low);
}

/// The values on one side of the pivot, by the bit width of their distance from it: how many there
/// are, and how far the farthest is.
struct Rings {
  std::array<unsigned, kMaxWidth + 1> counts{};
  std::array<std::uint64_t, kMaxWidth + 1> farthest{};

  void add(std::uint64_t away) {
    const unsigned width = width_of(away);
    ++counts[width];
    farthest[width] = std::max(farthest[width], away);
  }
};

/// A place where the window may end: it takes in `count` values of this side, up to `distance`.
struct End {
  unsigned count;
  std::uint64_t distance;
};

struct Ends {
  std::array<End, kMaxWidth + 2> at;
  unsigned count = 0;

  Ends(const Rings& even, const Rings& odd) {
    at[count++] = {0, 0};
    for (unsigned width = 0; width <= kMaxWidth; ++width) {
      const unsigned more = even.counts[width] + odd.counts[width];
      if (more == 0) continue;
      at[count] = {at[count - 1].count + more, std::max(even.farthest[width], odd.farthest[width])};
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

std::size_t outside(std::span<const std::int64_t> values, const Window& window) {
  return kernels().count_outside(values.data(), values.size(),
                                 static_cast<std::uint64_t>(window.base), low_bits(window.width));
}

/// Whether fewer bits could pay: each bit less must save more than the upper half of the codes,
/// which become exceptions, costs.
bool may_narrow(std::span<const std::int64_t> values, const Window& window) {
  if (window.width == 0) return false;
  const std::size_t upper = outside(values, {window.base, window.width - 1, 0});
  const std::size_t fresh = upper - std::min<std::size_t>(upper, window.exceptions);
  return fresh * kExceptionBytes * 8 <= values.size() * window.width;
}

/// The best width above the window's base: the rings are about the pivot, so that their ends are
/// not those of whole bits above the base.
Window narrowed(std::span<const std::int64_t> values, const Window& window, Packing packing) {
  if (!may_narrow(values, window)) return window;
  std::array<unsigned, kMaxWidth + 1> counts{};
  unsigned exceptions = 0;
  for (const std::int64_t value : values) {
    const unsigned below = value < window.base ? 1 : 0;
    exceptions += below;
    counts[width_of(distance(window.base, value))] += 1 - below;
  }
  Window best = window;
  std::size_t best_bytes = SIZE_MAX;
  for (unsigned width = kMaxWidth + 1; width-- > 0; exceptions += counts[width]) {
    const Window other{window.base, width, exceptions};
    const std::size_t bytes = window_bytes(other, values.size(), packing);
    if (bytes <= best_bytes) {
      best = other;
      best_bytes = bytes;
    }
  }
  return best;
}

}  // namespace

Window choose_window(std::span<const std::int64_t> values, Packing packing) {
  if (values.empty()) return {};
  const std::int64_t pivot = pivot_of(values);
  // Values of one width in a row would wait for each other's counter, hence two sets.
  Rings sides[2][2];  // even and odd values; above, below
  for (std::size_t i = 0; i < values.size(); ++i) {
    const std::int64_t value = values[i];
    const bool below = value < pivot;
    const std::uint64_t away = below ? distance(value, pivot) : distance(pivot, value);
    sides[i % 2][below ? 1 : 0].add(away);
  }

  const auto n = static_cast<unsigned>(values.size());
  const Ends highs(sides[0][0], sides[1][0]), lows(sides[0][1], sides[1][1]);
  Window best;
  std::size_t best_bytes = SIZE_MAX;
  for (unsigned i = lows.count; i-- > 0;) {
    for (unsigned j = highs.count; j-- > 0;) {
      const Window window{
          static_cast<std::int64_t>(static_cast<std::uint64_t>(pivot) - lows.at[i].distance),
          width_of(lows.at[i].distance + highs.at[j].distance),
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
  // What the rounding to whole bits leaves over may take in exceptions.
  if (best.exceptions > 0) best.exceptions = static_cast<unsigned>(outside(values, best));
  return narrowed(values, best, packing);
}

namespace {

/// Whether nearly all values are at one end of the window, so that a much narrower one may pay.
bool may_shrink(std::span<const std::int64_t> values, const Window& window, Packing packing) {
  if (window.width == 0) return false;
  const unsigned width = window.width - 1;
  const auto middle =
      static_cast<std::int64_t>(static_cast<std::uint64_t>(window.base) + low_bits(width) + 1);
  const std::size_t fewest =
      std::min(outside(values, {window.base, width, 0}), outside(values, {middle, width, 0}));
  const std::size_t fresh = fewest - std::min<std::size_t>(fewest, window.exceptions);
  constexpr unsigned kWide = 32;  // half of the values as exceptions cost more than these bits
  return fresh * kExceptionBytes <
         packed_bytes(std::min(window.width, kWide), values.size(), packing);
}

}  // namespace

/// Whether the window costs about what the one that was searched for did, and will do.
bool WindowChooser::will_do(std::span<const std::int64_t> values, const Window& window,
                            Packing packing) const {
  const std::size_t bytes = window_bytes(window, values.size(), packing);
  return bytes <= searched_bytes_ + searched_bytes_ / 64 &&
         bytes + searched_bytes_ / 16 >= searched_bytes_ && !may_shrink(values, window, packing);
}

Window WindowChooser::choose(std::span<const std::int64_t> values, Packing packing) {
  constexpr unsigned kSearchEvery = 8;
  if (values.size() == searched_values_ && ++since_search_ < kSearchEvery) {
    const Extremes all = kernels().extremes(values.data(), values.size());
    const Window whole{all.min, width_of(distance(all.min, all.max)), 0};
    if (will_do(values, whole, packing)) return whole;
    Window same = searched_;
    same.exceptions = static_cast<unsigned>(outside(values, same));
    if (will_do(values, same, packing)) return same;
  }
  searched_ = choose_window(values, packing);
  searched_values_ = values.size();
  searched_bytes_ = window_bytes(searched_, values.size(), packing);
  since_search_ = 0;
  return searched_;
}

}  // namespace varve::codec
