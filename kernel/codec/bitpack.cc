#include "kernel/codec/bitpack.h"

#include <algorithm>
#include <cassert>

namespace varve::codec {
namespace {

constexpr std::size_t kLaneRoom = std::size_t{kVectorRows} * sizeof(std::uint64_t);

void pack_horizontal(const std::int64_t* values, std::size_t n, std::uint64_t base, unsigned width,
                     std::byte* packed) noexcept {
  std::uint64_t word = 0;
  unsigned filled = 0;
  for (std::size_t i = 0; i < n; ++i) {
    const std::uint64_t code = (static_cast<std::uint64_t>(values[i]) - base) & low_bits(width);
    word |= code << filled;
    filled += width;
    if (filled < 64) continue;
    store(packed, word);
    packed += sizeof word;
    filled -= 64;
    word = filled == 0 ? 0 : code >> (width - filled);
  }
  if (filled > 0) store(packed, word);
}

/// Code i of a horizontal bit string, width > 0. Touches only words that hold a bit of it.
std::uint64_t horizontal(const std::byte* packed, std::size_t i, unsigned width) noexcept {
  const std::size_t bit = i * width;
  const unsigned shift = bit % 64;
  const std::byte* word = packed + bit / 64 * 8;
  std::uint64_t code = load<std::uint64_t>(word) >> shift;
  if (shift + width > 64) code |= load<std::uint64_t>(word + 8) << (64 - shift);
  return code & low_bits(width);
}

template <class Lane>
void unpack_horizontal(const std::byte* packed, std::size_t n, unsigned width,
                       std::byte* lanes) noexcept {
  for (std::size_t i = 0; i < n; ++i) {
    store(lanes + i * sizeof(Lane), static_cast<Lane>(horizontal(packed, i, width)));
  }
}

/// Code i of rows of lanes: the position of its lane that it has is i / lanes, in order.
template <class Lane>
std::uint64_t code_in_lane(const std::byte* packed, std::size_t i, unsigned width) noexcept {
  constexpr std::size_t kBits = 8 * sizeof(Lane);
  constexpr std::size_t kLanes = kRowBytes / sizeof(Lane);
  const std::size_t bit = i / kLanes * width;
  const auto shift = static_cast<unsigned>(bit % kBits);
  const std::byte* lane = packed + bit / kBits * kRowBytes + i % kLanes * sizeof(Lane);
  std::uint64_t code = std::uint64_t{load<Lane>(lane)} >> shift;
  if (shift + width > kBits) code |= std::uint64_t{load<Lane>(lane + kRowBytes)} << (kBits - shift);
  return code & low_bits(width);
}

}  // namespace

std::uint64_t unpack_one(const std::byte* packed, std::size_t i, unsigned width,
                         Packing packing) noexcept {
  if (width == 0) return 0;
  if (packing == Packing::kHorizontal) return horizontal(packed, i, width);
  switch (lane_log2(width)) {
    case 0: return code_in_lane<std::uint8_t>(packed, i, width);
    case 1: return code_in_lane<std::uint16_t>(packed, i, width);
    case 2: return code_in_lane<std::uint32_t>(packed, i, width);
    default: return code_in_lane<std::uint64_t>(packed, i, width);
  }
}

void pack(const std::int64_t* values, std::size_t n, std::uint64_t base, unsigned width,
          Packing packing, std::byte* packed) noexcept {
  assert(n <= kVectorRows && width <= kMaxWidth);
  if (width == 0 || n == 0) return;
  if (packing == Packing::kHorizontal) return pack_horizontal(values, n, base, width, packed);

  alignas(64) std::byte lanes[kLaneRoom];
  const unsigned log2 = lane_log2(width);
  const std::size_t positions = lane_rows(width, n);
  std::memset(lanes + (n << log2), 0, positions * kRowBytes - (n << log2));
  kernels().narrow[log2](values, n, base, lanes);
  kernels().pack(width, static_cast<unsigned>(positions), lanes, packed);
}

void unpack_lanes(const std::byte* packed, std::size_t n, unsigned width, Packing packing,
                  std::byte* lanes) noexcept {
  assert(n <= kVectorRows && width <= kMaxWidth);
  if (width == 0) {
    std::memset(lanes, 0, n);
  } else if (packing == Packing::kLanes) {
    const std::size_t positions = lane_rows(width, n);
    if (positions == std::size_t{8} << lane_log2(width))
      return kernels().unpack[width](packed, lanes);
    kernels().unpack_some(width, static_cast<unsigned>(positions), packed, lanes);
  } else {
    switch (lane_log2(width)) {
      case 0: return unpack_horizontal<std::uint8_t>(packed, n, width, lanes);
      case 1: return unpack_horizontal<std::uint16_t>(packed, n, width, lanes);
      case 2: return unpack_horizontal<std::uint32_t>(packed, n, width, lanes);
      default: return unpack_horizontal<std::uint64_t>(packed, n, width, lanes);
    }
  }
}

void unpack(const std::byte* packed, std::size_t n, unsigned width, Packing packing,
            std::uint64_t add, std::uint64_t mul, std::int64_t* out) noexcept {
  if (width == 0) {
    std::fill_n(out, n, static_cast<std::int64_t>(add));
    return;
  }
  alignas(64) std::byte lanes[kLaneRoom];
  unpack_lanes(packed, n, width, packing, lanes);
  kernels().affine[lane_log2(width)](lanes, n, add, mul, out);
}

}  // namespace varve::codec
