#pragma once

#include "kernel/codec/level.h"
#include "kernel/codec/wire.h"

/// Bit packing: n <= 1024 codes of `width` bits each, in one of two layouts.
///
/// Lanes        Codes are dealt to the lanes of a 128-byte row: with L lanes, code i is position
///              i / L of lane i % L. A lane is a little-endian bit string of its positions, as
///              wide as the next of 8, 16, 32, 64 bits that holds a code; where a code does not
///              fit into what is left of a lane it goes on in the same lane of the next row. All
///              lanes are at the same bit at the same time, so that a loop over lanes needs
///              neither gather nor shuffle, at any width of register, and gives the codes in
///              their own order.
///                 width 5, 128 lanes of 8 bits:   row 0   pos 0 (5 bits) | low 3 bits of pos 1
///                                                 row 1   high 2 of pos 1 | pos 2 (5) | low of 3
/// Horizontal   One little-endian bit string in the codes' order, in whole 8-byte words: for
///              short vectors, where a row of lanes would be mostly empty, and for booleans, of
///              which it is the bitmap.
///
/// Source  Lanes: Afroozeh and Boncz, "The FastLanes Compression Layout", VLDB 2023, without its
///         transposition, since we keep rows in order and 512-bit registers hold whole rows.
namespace varve::codec {

enum class Packing : std::uint8_t { kLanes, kHorizontal };

/// log2 of the bytes of a lane that holds codes of `width` bits.
constexpr unsigned lane_log2(unsigned width) {
  return width <= 8 ? 0 : width <= 16 ? 1 : width <= 32 ? 2 : 3;
}

/// Bits that hold `value`: 0 for 0, 64 for 2^63 and more.
constexpr unsigned width_of(std::uint64_t value) {
  return static_cast<unsigned>(std::bit_width(value));
}

constexpr std::uint64_t low_bits(unsigned bits) {
  return bits >= 64 ? ~std::uint64_t{0} : (std::uint64_t{1} << bits) - 1;
}

/// Rows of lanes that n codes reach into.
constexpr std::size_t lane_rows(unsigned width, std::size_t n) {
  const std::size_t lanes = kRowBytes >> lane_log2(width);
  return (n + lanes - 1) / lanes;
}

/// Bytes of n packed codes.
constexpr std::size_t packed_bytes(unsigned width, std::size_t n, Packing packing) {
  if (packing == Packing::kHorizontal) return (n * width + 63) / 64 * 8;
  const std::size_t lane = std::size_t{8} << lane_log2(width);
  return (lane_rows(width, n) * width + lane - 1) / lane * kRowBytes;
}

/// Writes the low `width` bits of values[i] - base (modulo 2^64) to `packed`, which has
/// packed_bytes(width, n, packing). n <= 1024.
void pack(const std::int64_t* values, std::size_t n, std::uint64_t base, unsigned width,
          Packing packing, std::byte* packed) noexcept;

/// out[i] = add + mul * code i, modulo 2^64: what pack() wrote, where add = base and mul = 1.
void unpack(const std::byte* packed, std::size_t n, unsigned width, Packing packing,
            std::uint64_t add, std::uint64_t mul, std::int64_t* out) noexcept;

/// Code i alone, of what pack() wrote; reads nothing but the words or lanes that hold bits of it.
std::uint64_t unpack_one(const std::byte* packed, std::size_t i, unsigned width,
                         Packing packing) noexcept;

/// The codes themselves in lanes of 1 << lane_log2(width) bytes. `lanes` has 8192 bytes.
void unpack_lanes(const std::byte* packed, std::size_t n, unsigned width, Packing packing,
                  std::byte* lanes) noexcept;

}  // namespace varve::codec
