#include "platform/base/json.h"

#include <array>
#include <charconv>
#include <cmath>

namespace varve::json {

void append_string(std::string& out, std::string_view text) {
  constexpr std::string_view kHex = "0123456789abcdef";
  out += '"';
  for (const char c : text) {
    switch (c) {
      case '"': out += "\\\""; break;
      case '\\': out += "\\\\"; break;
      case '\n': out += "\\n"; break;
      case '\r': out += "\\r"; break;
      case '\t': out += "\\t"; break;
      default:
        if (const auto byte = static_cast<unsigned char>(c); byte < 0x20) {
          out += "\\u00";
          out += kHex[byte >> 4];
          out += kHex[byte & 15];
        } else {
          out += c;
        }
    }
  }
  out += '"';
}

std::string& Object::member(std::string_view key) {
  out_ += out_.empty() ? '{' : ',';
  append_string(out_, key);
  out_ += ':';
  return out_;
}

Object& Object::text(std::string_view key, std::string_view value) {
  append_string(member(key), value);
  return *this;
}

Object& Object::integer(std::string_view key, std::int64_t value) {
  member(key) += std::to_string(value);
  return *this;
}

Object& Object::real(std::string_view key, double value) {
  if (!std::isfinite(value)) return raw(key, "null");
  std::array<char, 32> digits;
  const auto end = std::to_chars(digits.begin(), digits.end(), value).ptr;
  member(key).append(digits.begin(), end);
  return *this;
}

Object& Object::boolean(std::string_view key, bool value) {
  return raw(key, value ? "true" : "false");
}

Object& Object::raw(std::string_view key, std::string_view json) {
  member(key) += json;
  return *this;
}

}  // namespace varve::json
