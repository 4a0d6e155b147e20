#include "kernel/codec/zone.h"

#include <cmath>
#include <limits>

namespace varve::codec {

std::uint64_t order_key(double value) noexcept {
  if (std::isnan(value)) return ~std::uint64_t{0};
  const auto bits = std::bit_cast<std::int64_t>(value + 0.0);  // -0 becomes 0
  // Negative doubles order against their bits.
  return order_key(bits < 0 ? bits ^ std::int64_t{0x7fffffffffffffff} : bits);
}

std::uint64_t order_key(std::string_view value) noexcept {
  std::uint64_t prefix = 0;  // bytes beyond the end are zeros
  if (!value.empty()) std::memcpy(&prefix, value.data(), std::min(value.size(), sizeof prefix));
  return __builtin_bswap64(prefix);
}

namespace {

template <class Value>
KeyRange range_by_key(std::span<const Value> values) {
  KeyRange range = kNoKeys;
  for (std::size_t i = 0; i < values.size(); ++i) {
    const std::uint64_t key = order_key(values[i]);
    range.min = i == 0 ? key : std::min(range.min, key);
    range.max = i == 0 ? key : std::max(range.max, key);
  }
  return range;
}

}  // namespace

KeyRange range_of(std::span<const std::int64_t> values) noexcept {
  if (values.empty()) return kNoKeys;
  const auto [min, max] = kernels().extremes(values.data(), values.size());
  return {order_key(min), order_key(max)};
}

KeyRange range_of(std::span<const std::string_view> values) noexcept {
  return range_by_key(values);
}

KeyRange range_of(std::span<const double> values, const Extremes& ordered) noexcept {
  if (values.empty()) return kNoKeys;
  constexpr std::int64_t kMinusInfinity = -0x7ff0000000000001;
  // Below minus infinity are negative NaNs, whose key is not where their bits are.
  if (ordered.min < kMinusInfinity) return range_by_key(values);
  const auto key = [](std::int64_t bits) {
    return order_key(
        std::bit_cast<double>(bits < 0 ? bits ^ std::numeric_limits<std::int64_t>::max() : bits));
  };
  return {key(ordered.min), key(ordered.max)};
}

void encode_zones(std::span<const KeyRange> ranges, Bytes& out) {
  KeyRange all = kNoKeys;
  for (const KeyRange& range : ranges) {
    if (range == kNoKeys) continue;
    all.min = all == kNoKeys ? range.min : std::min(all.min, range.min);
    all.max = std::max(all.max, range.max);
  }
  ZoneHeader header{};
  if (all.min <= all.max) {
    header.low = all.min;
    const auto width = static_cast<int>(std::bit_width(all.max - all.min));
    header.shift = static_cast<std::uint8_t>(std::max(0, width - 16));
  }
  append_value(out, header);
  for (const KeyRange& range : ranges) {
    Zone zone{1, 0};
    if (range.min <= range.max) {
      zone.min = static_cast<std::uint16_t>((range.min - header.low) >> header.shift);
      zone.max = static_cast<std::uint16_t>((range.max - header.low) >> header.shift);
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
