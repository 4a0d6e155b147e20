#pragma once

#include <optional>
#include <string_view>

#include "kernel/codec/cut.h"
#include "kernel/codec/wire.h"

/// Quantised zone maps: the range of each vector in four bytes, rounded outwards. A filter that
/// excludes the range excludes the vector; 64 vectors are tested for 0.3 ns each.
namespace varve::codec {

/// Keys keep the order of what they stand for, as PostgreSQL orders it: a <= b implies
/// order_key(a) <= order_key(b). The converse need not hold.
constexpr std::uint64_t order_key(std::int64_t value) {
  return static_cast<std::uint64_t>(value) ^ (std::uint64_t{1} << 63);
}
/// NaN, of whatever payload, is above infinity, and -0 is 0.
std::uint64_t order_key(double value) noexcept;
/// The first eight bytes: the order of memcmp.
std::uint64_t order_key(std::string_view value) noexcept;

struct KeyRange {
  std::uint64_t min = 0;
  std::uint64_t max = ~std::uint64_t{0};
  bool operator==(const KeyRange&) const = default;
};
inline constexpr KeyRange kNoKeys{1, 0};  // of a vector without values

/// The range of the keys of `values`.
KeyRange range_of(std::span<const std::int64_t> values) noexcept;
KeyRange range_of(std::span<const std::string_view> values) noexcept;
/// Of doubles, given the extremes of their bits in the order of doubles (double_segment.h) as well.
KeyRange range_of(std::span<const double> values, const Extremes& ordered) noexcept;

struct ZoneHeader {
  std::uint64_t low;   // the least key of the segment
  std::uint8_t shift;  // a key is stored as (key - low) >> shift
  std::uint8_t reserved[7];
};
static_assert(sizeof(ZoneHeader) == 16 && offsetof(ZoneHeader, shift) == 8);

struct Zone {
  std::uint16_t min;
  std::uint16_t max;  // less than min where the vector has no values
};
static_assert(sizeof(Zone) == 4);

/// Appends the zones of vectors with these ranges.
void encode_zones(std::span<const KeyRange> ranges, Bytes& out);

/// Zones as they are stored.
class Zones {
 public:
  Zones() = default;
  Zones(ByteView in, std::size_t vectors);

  /// A range that holds every key of vector m; none where it has no values.
  [[nodiscard]] std::optional<KeyRange> range(std::size_t m) const noexcept;

 private:
  ZoneHeader header_{};
  const std::byte* zones_ = nullptr;
};

}  // namespace varve::codec
