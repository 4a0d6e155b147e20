#include "kernel/codec/zone.h"

#include <cmath>

namespace varve::codec {

std::uint64_t order_key(double value) noexcept {
  if (std::isnan(value)) return ~std::uint64_t{0};
  const auto bits = std::bit_cast<std::int64_t>(value + 0.0);  // -0 becomes 0
  // Negative doubles order against their bits.
  return order_key(bits < 0 ? bits ^ std::int64_t{0x7fffffffffffffff} : bits);
}

std::uint64_t order_key(std::string_view value) noexcept {
  std::uint64_t key = 0;
  for (std::size_t i = 0; i < sizeof key; ++i) {
    key = key << 8 | (i < value.size() ? static_cast<unsigned char>(value[i]) : 0U);
  }
  return key;
}

void encode_zones(std::span<const std::uint64_t> keys, Cut cut, Bytes& out) {
  const auto [low, high] = std::minmax_element(keys.begin(), keys.end());
  ZoneHeader header{};
  if (!keys.empty()) {
    header.low = *low;
    const int width = std::bit_width(*high - *low);
    header.shift = static_cast<std::uint8_t>(std::max(0, width - 16));
  }
  append_value(out, header);
  for (std::size_t m = 0; m < cut.vectors(); ++m) {
    Zone zone{1, 0};
    const auto vector = keys.subspan(cut.start(m), cut.count(m));
    if (!vector.empty()) {
      const auto [min, max] = std::minmax_element(vector.begin(), vector.end());
      zone.min = static_cast<std::uint16_t>((*min - header.low) >> header.shift);
      zone.max = static_cast<std::uint16_t>((*max - header.low) >> header.shift);
    }
    append_value(out, zone);
  }
  pad(out);
}

Zones::Zones(ByteView in, std::size_t vectors) {
  header_ = take_value<ZoneHeader>(in, "zones");
  require(header_.shift <= 48, "zone shift");
  zones_ = take(in, vectors * sizeof(Zone), "zones").data();
}

std::optional<KeyRange> Zones::range(std::size_t m) const noexcept {
  if (zones_ == nullptr) return KeyRange{};
  const auto zone = load<Zone>(zones_ + m * sizeof(Zone));
  if (zone.min > zone.max) return std::nullopt;
  const std::uint64_t rest = (std::uint64_t{1} << header_.shift) - 1;
  const std::uint64_t min = std::uint64_t{zone.min} << header_.shift;
  const std::uint64_t max = (std::uint64_t{zone.max} << header_.shift) + rest;
  // The rounded maximum may lie beyond the last key there is.
  const std::uint64_t room = ~std::uint64_t{0} - header_.low;
  return KeyRange{header_.low + std::min(min, room), header_.low + std::min(max, room)};
}

}  // namespace varve::codec
