#include "platform/api/cursor.h"

#include <array>
#include <charconv>
#include <cstdint>

namespace varve::api {
namespace {

constexpr std::string_view kAlphabet =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
constexpr std::size_t kChecksumDigits = 16;

std::string base64url(std::string_view bytes) {
  std::string out;
  std::uint32_t bits = 0;
  int count = 0;
  for (const char c : bytes) {
    bits = bits << 8 | static_cast<unsigned char>(c);
    for (count += 8; count >= 6; count -= 6) out += kAlphabet[bits >> (count - 6) & 63];
  }
  if (count > 0) out += kAlphabet[bits << (6 - count) & 63];
  return out;
}

std::optional<std::string> from_base64url(std::string_view text) {
  std::string out;
  std::uint32_t bits = 0;
  int count = 0;
  for (const char c : text) {
    const auto value = kAlphabet.find(c);
    if (value == std::string_view::npos) return std::nullopt;
    bits = bits << 6 | static_cast<std::uint32_t>(value);
    count += 6;
    if (count >= 8) {
      count -= 8;
      out += static_cast<char>(bits >> count);
    }
  }
  return out;
}

/// Fowler, Noll, Vo; http://www.isthe.com/chongo/tech/comp/fnv/
std::string checksum(std::string_view question, std::string_view parts) {
  std::uint64_t hash = 14695981039346656037U;
  const auto add = [&](std::string_view bytes) {
    for (const char c : bytes) hash = (hash ^ static_cast<unsigned char>(c)) * 1099511628211U;
  };
  add(question);
  add(std::string_view("\0", 1));
  add(parts);
  std::string digits(kChecksumDigits, '0');
  for (auto digit = digits.rbegin(); digit != digits.rend(); ++digit, hash >>= 4) {
    *digit = "0123456789abcdef"[hash & 15];
  }
  return digits;
}

std::optional<std::string> take_part(std::string_view& text) {
  std::size_t size = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), size);
  if (error != std::errc() || end == text.data() + text.size() || *end != ':') return std::nullopt;
  text.remove_prefix(static_cast<std::size_t>(end - text.data()) + 1);
  if (size > text.size()) return std::nullopt;
  std::string part(text.substr(0, size));
  text.remove_prefix(size);
  return part;
}

}  // namespace

std::string encode_cursor(std::string_view question, const std::vector<std::string>& parts) {
  std::string text;
  for (const std::string& part : parts) text += std::to_string(part.size()) + ":" + part;
  return base64url(checksum(question, text) + text);
}

std::optional<std::vector<std::string>> decode_cursor(std::string_view question,
                                                      std::string_view cursor, std::size_t count) {
  const auto decoded = from_base64url(cursor);
  if (!decoded || decoded->size() < kChecksumDigits) return std::nullopt;
  std::string_view text = std::string_view(*decoded).substr(kChecksumDigits);
  if (checksum(question, text) != decoded->substr(0, kChecksumDigits)) return std::nullopt;
  std::vector<std::string> parts;
  while (!text.empty()) {
    auto part = take_part(text);
    if (!part) return std::nullopt;
    parts.push_back(std::move(*part));
  }
  if (parts.size() != count) return std::nullopt;
  return parts;
}

}  // namespace varve::api
