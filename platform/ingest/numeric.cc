#include "platform/ingest/numeric.h"

#include <algorithm>
#include <charconv>
#include <string_view>

namespace varve::ingest {
namespace {

constexpr std::size_t kGreatestLength = 64;
constexpr int kGreatestExponent = 1000;

/// The digits of a number without its point, and where the point stands.
struct Decimal {
  std::array<char, kGreatestLength> digits;
  int count = 0;
  int point = 0;  // digits before the point; may lie outside of them
  int scale = 0;
};

std::size_t leading_digits(std::string_view text) {
  return std::min(text.find_first_not_of("0123456789"), text.size());
}

std::optional<int> parse_exponent(std::string_view text) {
  if (text.size() > 1 && text[0] == '+' && text[1] != '-') text.remove_prefix(1);
  int value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  if (value > kGreatestExponent || value < -kGreatestExponent) return std::nullopt;
  return value;
}

/// number = int [ "." digits ] [ ("e" | "E") [ "+" | "-" ] digits ], int without leading zeros.
std::optional<Decimal> parse_decimal(std::string_view text) {
  const std::size_t whole = leading_digits(text);
  if (whole == 0 || (whole > 1 && text.front() == '0')) return std::nullopt;
  Decimal decimal;
  const auto append = [&](std::string_view digits) {
    std::ranges::copy(digits, decimal.digits.begin() + decimal.count);
    decimal.count += static_cast<int>(digits.size());
  };
  append(text.substr(0, whole));
  decimal.point = decimal.count;
  text.remove_prefix(whole);
  if (!text.empty() && text.front() == '.') {
    text.remove_prefix(1);
    const std::size_t fraction = leading_digits(text);
    if (fraction == 0) return std::nullopt;
    append(text.substr(0, fraction));
    text.remove_prefix(fraction);
  }
  if (!text.empty()) {
    if (text.front() != 'e' && text.front() != 'E') return std::nullopt;
    const auto exponent = parse_exponent(text.substr(1));
    if (!exponent) return std::nullopt;
    decimal.point += *exponent;
  }
  decimal.scale = std::max(0, decimal.count - decimal.point);
  return decimal;
}

int floor_div(int a, int b) { return a / b - (a % b < 0 ? 1 : 0); }

/// Cuts the decimal digits [first, end) into groups of four that end at the point.
void group_digits(const Decimal& decimal, int first, int end, Numeric& numeric) {
  // Position p stands for 10^(point - 1 - p), and its group for 10000^floor((point - 1 - p) / 4).
  numeric.weight = static_cast<std::int16_t>(floor_div(decimal.point - 1 - first, 4));
  const int start = decimal.point - 4 * (numeric.weight + 1);
  for (int at = start; at < end; at += 4) {
    int digit = 0;
    for (int p = at; p < at + 4; ++p) {
      digit = digit * 10 + (p >= first && p < end ? decimal.digits[std::size_t(p)] - '0' : 0);
    }
    numeric.digits[numeric.count++] = static_cast<std::int16_t>(digit);
  }
}

}  // namespace

std::optional<Numeric> parse_numeric(std::string_view text) {
  if (text.size() > kGreatestLength) return std::nullopt;
  Numeric numeric;
  if (!text.empty() && text.front() == '-') {
    numeric.negative = true;
    text.remove_prefix(1);
  }
  const auto decimal = parse_decimal(text);
  if (!decimal) return std::nullopt;
  numeric.scale = static_cast<std::uint16_t>(decimal->scale);

  const auto zero = [&](int at) { return decimal->digits[std::size_t(at)] == '0'; };
  int first = 0;
  int end = decimal->count;
  while (first < end && zero(first)) ++first;
  while (end > first && zero(end - 1)) --end;
  if (first == end) {
    numeric.negative = false;  // PostgreSQL has no negative zero
    return numeric;
  }
  group_digits(*decimal, first, end, numeric);
  return numeric;
}

bool below_1e18(const Numeric& value) {
  if (value.count == 0 || value.negative) return true;
  return value.weight < 4 || (value.weight == 4 && value.digits[0] < 100);
}

}  // namespace varve::ingest
