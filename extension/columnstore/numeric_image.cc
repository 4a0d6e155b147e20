#include "extension/columnstore/numeric_image.h"

#include <algorithm>
#include <cstring>

namespace varve::columnstore {
namespace {

__extension__ using Wide = unsigned __int128;

constexpr unsigned kBase = 10000;
constexpr int kDigitsOfBase = 4;

// The two bytes that every image begins with.
constexpr unsigned kFormMask = 0xC000;
constexpr unsigned kNegativeLong = 0x4000;
constexpr unsigned kShort = 0x8000;
constexpr unsigned kSpecialForm = 0xC000;
constexpr unsigned kNan = 0xC000;
constexpr unsigned kInfinity = 0xD000;
constexpr unsigned kMinusInfinity = 0xF000;
// Short form: sign, scale (6 bits), sign of the weight, weight (6 bits).
constexpr unsigned kShortNegative = 0x2000;
constexpr int kShortScaleShift = 7;
constexpr unsigned kShortScale = 0x3F;
constexpr unsigned kShortWeightNegative = 0x40;
constexpr unsigned kShortWeight = 0x3F;
// Long form: sign and scale; then the weight in two bytes.
constexpr unsigned kLongScale = 0x3FFF;

/// An image taken apart; digits lie behind it.
struct Head {
  bool is_negative;
  int scale;
  int weight;        // of the first digit: it counts 10,000^weight
  std::size_t size;  // of the head
};

std::uint16_t word(const char* at) {
  std::uint16_t value;
  std::memcpy(&value, at, sizeof value);
  return value;
}

bool is_special(unsigned first) {
  return first == kNan || first == kInfinity || first == kMinusInfinity;
}

std::optional<Head> head_of(std::string_view image, unsigned first) {
  if ((first & kFormMask) == kShort) {
    int weight = static_cast<int>(first & kShortWeight);
    if ((first & kShortWeightNegative) != 0) weight -= static_cast<int>(kShortWeight) + 1;
    return Head{(first & kShortNegative) != 0,
                static_cast<int>(first >> kShortScaleShift & kShortScale), weight, 2};
  }
  if (image.size() < 4) return std::nullopt;
  return Head{(first & kFormMask) == kNegativeLong, static_cast<int>(first & kLongScale),
              static_cast<std::int16_t>(word(image.data() + 2)), 4};
}

/// value * 10^power, where it has at most 128 bits and, of a negative power, no remainder.
std::optional<Wide> shifted(Wide value, int power) {
  for (; power > 0 && value != 0; --power) {
    if (__builtin_mul_overflow(value, Wide{10}, &value)) return std::nullopt;
  }
  for (; power < 0 && value != 0; ++power) {
    if (value % 10 != 0) return std::nullopt;
    value /= 10;
  }
  return value;
}

/// The same of digits that are few enough for 64 bits, as are nearly all: without the division of
/// 128 bits, which is a call. None where it would not be exact, or the power is not small.
std::optional<std::int64_t> shifted_few(std::string_view digits, int power) {
  constexpr std::size_t kFewDigits = 4;  // below 10^16, and 10^19 with the power
  constexpr std::int64_t kPowers[] = {1, 10, 100, 1000};
  constexpr std::int64_t kMost = INT64_MAX / 1000;
  if (digits.size() > kFewDigits * sizeof(std::uint16_t) || power > 3 || power < -3) return {};
  std::int64_t value = 0;
  for (std::size_t i = 0; i + 2 <= digits.size(); i += 2) {
    value = value * kBase + word(digits.data() + i);
  }
  if (power < 0) {
    if (value % kPowers[-power] != 0) return {};
    return value / kPowers[-power];
  }
  if (value > kMost) return {};
  return value * kPowers[power];
}

std::optional<Wide> magnitude(std::string_view digits) {
  Wide value = 0;
  for (std::size_t i = 0; i + 2 <= digits.size(); i += 2) {
    if (__builtin_mul_overflow(value, Wide{kBase}, &value) ||
        __builtin_add_overflow(value, Wide{word(digits.data() + i)}, &value)) {
      return std::nullopt;
    }
  }
  return value;
}

/// The integer of that magnitude; none beyond 64 bits.
std::optional<std::int64_t> with_sign(Wide value, bool is_negative) {
  constexpr Wide kMost = INT64_MAX;
  if (value > kMost) return std::nullopt;
  const auto integer = static_cast<std::int64_t>(value);
  return is_negative ? -integer : integer;
}

std::optional<ScaledInteger> parsed(std::string_view image, unsigned first) {
  const auto head = head_of(image, first);
  if (!head || head->scale > kMaxScale) return std::nullopt;
  const std::string_view digits = image.substr(head->size);
  const int last = head->weight - static_cast<int>(digits.size() / 2) + 1;  // digit's weight
  const int power = last * kDigitsOfBase + head->scale;
  if (const auto few = shifted_few(digits, power)) {
    return ScaledInteger{head->is_negative ? -*few : *few, static_cast<std::int16_t>(head->scale)};
  }
  const auto value = magnitude(digits);
  if (!value) return std::nullopt;
  const auto scaled = shifted(*value, power);
  if (!scaled) return std::nullopt;
  const auto integer = with_sign(*scaled, head->is_negative);
  if (!integer) return std::nullopt;
  return ScaledInteger{*integer, static_cast<std::int16_t>(head->scale)};
}

/// Digits of base 10,000, the last one first, without zeros at either end.
struct Digits {
  std::uint16_t digit[10];
  int count = 0;
  int weight = 0;  // of the first
};

/// Of rest * 10^-scale, which ends with a whole digit.
template <class Unsigned>
Digits digits_of(Unsigned rest, int scale) {
  Digits digits;
  int last = -scale / kDigitsOfBase;
  while (rest != 0 && rest % kBase == 0) {
    rest /= kBase;
    ++last;
  }
  for (; rest != 0; rest /= kBase) {
    digits.digit[digits.count++] = static_cast<std::uint16_t>(rest % kBase);
  }
  if (digits.count > 0) digits.weight = last + digits.count - 1;
  return digits;
}

Digits digits_of(std::uint64_t magnitude, int scale) {
  const int padding = (kDigitsOfBase - scale % kDigitsOfBase) % kDigitsOfBase;
  constexpr unsigned kPowers[] = {1, 10, 100, 1000};
  // 64 bits are enough for nearly all, and divided much faster.
  if (magnitude <= UINT64_MAX / 1000) {
    return digits_of<std::uint64_t>(magnitude * kPowers[padding], scale + padding);
  }
  return digits_of<Wide>(static_cast<Wide>(magnitude) * kPowers[padding], scale + padding);
}

std::size_t write_head(const Digits& digits, bool is_negative, int scale, char* out) {
  const int weight = digits.weight;
  if (scale <= static_cast<int>(kShortScale) && weight <= 63 && weight >= -64) {
    unsigned first = kShort | static_cast<unsigned>(scale) << kShortScaleShift |
                     (static_cast<unsigned>(weight) & kShortWeight);
    if (is_negative) first |= kShortNegative;
    if (weight < 0) first |= kShortWeightNegative;
    const auto head = static_cast<std::uint16_t>(first);
    std::memcpy(out, &head, sizeof head);
    return sizeof head;
  }
  const std::uint16_t head[2] = {
      static_cast<std::uint16_t>((is_negative ? kNegativeLong : 0U) | static_cast<unsigned>(scale)),
      static_cast<std::uint16_t>(weight)};
  std::memcpy(out, head, sizeof head);
  return sizeof head;
}

/// Head and digits; their length.
std::size_t write(const Digits& digits, bool is_negative, int scale, char* out) {
  char* at = out + write_head(digits, is_negative, scale, out);
  for (int i = digits.count; i-- > 0; at += sizeof digits.digit[i]) {
    std::memcpy(at, &digits.digit[i], sizeof digits.digit[i]);
  }
  return static_cast<std::size_t>(at - out);
}

std::uint64_t absolute(std::int64_t value) {
  const auto bits = static_cast<std::uint64_t>(value);
  return value < 0 ? 0 - bits : bits;
}

}  // namespace

std::optional<ScaledInteger> scaled_integer(std::string_view image) {
  if (image.size() < 2 || image.size() % 2 != 0) return std::nullopt;
  const unsigned first = word(image.data());
  if ((first & kFormMask) == kSpecialForm) {
    if (image.size() != 2 || !is_special(first)) return std::nullopt;
    return ScaledInteger{static_cast<std::int64_t>(first), ScaledInteger::kSpecial};
  }
  const auto value = parsed(image, first);
  if (!value) return std::nullopt;
  char again[kMostImageBytes];
  const std::size_t size = write_image(*value, again);
  if (std::string_view(again, size) != image) return std::nullopt;
  return value;
}

std::size_t write_image(ScaledInteger value, char* out) {
  if (value.scale == ScaledInteger::kSpecial) {
    const auto first = static_cast<std::uint16_t>(value.integer);
    if (static_cast<std::int64_t>(first) != value.integer || !is_special(first)) return 0;
    std::memcpy(out, &first, sizeof first);
    return sizeof first;
  }
  const Digits digits = digits_of(absolute(value.integer), static_cast<int>(value.scale));
  return write(digits, value.integer < 0, value.scale, out);
}

// --- Sums

std::optional<Units> units_of(std::string_view image) noexcept {
  if (image.size() < 2) return std::nullopt;
  const unsigned first = word(image.data());
  if ((first & kFormMask) == kSpecialForm) return std::nullopt;
  const auto head = head_of(image, first);
  constexpr int kUnitDigits = kUnitScale / kDigitsOfBase;
  constexpr int kMostWeight = 4;
  if (!head || head->scale > kUnitScale || head->weight > kMostWeight) return std::nullopt;
  const char* digits = image.data() + head->size;
  const int count = static_cast<int>((image.size() - head->size) / 2);
  const int shift = head->weight - count + 1 + kUnitDigits;  // of the last digit
  if (count == 0) return Units{0, static_cast<std::int16_t>(head->scale)};
  if (shift < 0) return std::nullopt;
  constexpr int kDigitsOfWord = 4;
  Wide value = 0;
  for (int i = 0; i < count;) {
    std::uint64_t part = 0;
    std::uint64_t power = 1;
    const int end = std::min(count, i + kDigitsOfWord);
    for (; i < end; ++i) {
      part = part * kBase + word(digits + std::ptrdiff_t{2} * i);
      power *= kBase;
    }
    value = value * power + part;
  }
  constexpr std::uint64_t kPowers[] = {1, 10000, 100000000, 1000000000000, 10000000000000000};
  value *= kPowers[std::min(shift, 4)];
  value *= kPowers[std::max(shift - 4, 0)];
  const auto units = static_cast<WideUnits>(value);
  return Units{head->is_negative ? -units : units, static_cast<std::int16_t>(head->scale)};
}

std::size_t write_units(Units value, char* out) {
  const bool is_negative = value.units < 0;
  const auto bits = static_cast<Wide>(value.units);
  return write(digits_of(is_negative ? 0 - bits : bits, kUnitScale), is_negative, value.scale, out);
}

}  // namespace varve::columnstore
