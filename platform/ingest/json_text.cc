#include "platform/ingest/json_text.h"

#include <simdjson.h>

#include "platform/base/json.h"

namespace varve::ingest {
namespace {

bool is_text(std::string_view bytes) {
  return bytes.find('\0') == std::string_view::npos &&
         simdjson::validate_utf8(bytes.data(), bytes.size());
}

std::string hex(std::string_view bytes) {
  static constexpr char kDigits[] = "0123456789abcdef";
  std::string text;
  for (const char c : bytes) {
    const auto byte = static_cast<unsigned char>(c);
    text += {kDigits[byte >> 4], kDigits[byte & 15]};
  }
  return text;
}

}  // namespace

std::string headers_json(std::span<const Header> headers) {
  json::Object object;
  for (const auto& [name, value] : headers) {
    const std::string key = is_text(name) ? std::string(name) : "hex:" + hex(name);
    if (is_text(value)) {
      object.text(key, value);
    } else {
      object.raw(key, json::Object().text("hex", hex(value)).str());
    }
  }
  return object.str();
}

}  // namespace varve::ingest
