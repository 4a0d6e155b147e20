#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

// PostgreSQL's numeric as it lies in a row, behind its varlena header: sign, weight, display scale
// and digits of base 10,000. The layout is on disk everywhere, so that it cannot change.
namespace varve::columnstore {

/// The number integer / 10^scale, printed with `scale` digits behind the point; or, of scale
/// kSpecial, the image of two bytes that is NaN or an infinity.
struct ScaledInteger {
  static constexpr std::int16_t kSpecial = -1;

  std::int64_t integer;
  std::int16_t scale;  // 0 to kMaxScale

  bool operator==(const ScaledInteger&) const = default;
};
inline constexpr std::int16_t kMaxScale = 255;

/// Room for the longest image that append_image() makes.
inline constexpr std::size_t kMostImageBytes = 24;

/// The scaled integer whose image is exactly `image`; none where there is none: beyond 64 bits, of
/// a larger scale, or not as the server writes it.
std::optional<ScaledInteger> scaled_integer(std::string_view image);

/// Writes the image, as the server would, at `out`, which has kMostImageBytes; its length. Any
/// integer and any scale up to kMaxScale give a valid numeric; of a special one only two bytes are
/// taken, and must be a special value's: 0 is returned where they are not.
std::size_t write_image(ScaledInteger value, char* out);

// Sums of many: in units of 10^-16, which are 10,000^-4, so that no digit has to be divided.

__extension__ using WideUnits = __int128;
inline constexpr int kUnitScale = 16;

/// A numeric in units, with the scale that it is printed with.
struct Units {
  WideUnits units;
  std::int16_t scale;
};

/// What the image is in units; none where it is special, has more digits behind the point than
/// units have, or is 10^20 or more.
std::optional<Units> units_of(std::string_view image) noexcept;

/// Writes the image as the server would, at `out`, which has kMostImageBytes; its length. No digit
/// that is not zero lies behind the scale.
std::size_t write_units(Units value, char* out);

}  // namespace varve::columnstore
