#include "extension/chunk/maintain/ranges.h"

namespace varve::chunk {

std::optional<std::size_t> first_gap(std::span<const Slice> slices) {
  for (std::size_t i = 1; i < slices.size(); ++i) {
    if (slices[i].begin != slices[i - 1].end) return i;
  }
  return std::nullopt;
}

std::int64_t middle_of(Slice slice) {
  // The ends can be as far apart as 64 bits allow.
  const std::uint64_t width =
      static_cast<std::uint64_t>(slice.end) - static_cast<std::uint64_t>(slice.begin);
  return static_cast<std::int64_t>(static_cast<std::uint64_t>(slice.begin) + width / 2);
}

}  // namespace varve::chunk
