#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string_view>

namespace varve::ingest {

/// A decimal number in the shape of PostgreSQL's type numeric: digits to base 10,000, so that money
/// goes from text to the server's wire format without ever being a double.
///
/// Shape   value = sum of digit[i] * 10000^(weight - i); no zero digit at either end; zero has none
/// Source  numeric_recv() in PostgreSQL's src/backend/utils/adt/numeric.c
struct Numeric {
  static constexpr std::size_t kGreatestDigits = 20;

  std::int16_t weight = 0;
  bool negative = false;
  std::uint16_t scale = 0;  // decimal digits behind the point that are shown
  std::uint8_t count = 0;
  std::array<std::int16_t, kGreatestDigits> digits{};
};

/// Reads what JSON calls a number, of up to 64 characters and with an exponent from -1000 to 1000;
/// anything else is absent. Trailing zeros of a fraction count in the scale, as in PostgreSQL.
std::optional<Numeric> parse_numeric(std::string_view text);

/// Whether `value` < 10^18, the greatest amount of money that an event may state.
bool below_1e18(const Numeric& value);

}  // namespace varve::ingest
