#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace varve::json {

/// Appends `text` (UTF-8) as a JSON string with its quotes. Control characters are escaped; bytes
/// that are no UTF-8 are passed through.
void append_string(std::string& out, std::string_view text);

/// Writes one JSON object, member by member. Values that are JSON already go in as they are, so
/// that money never becomes a double.
class Object {
 public:
  Object& text(std::string_view key, std::string_view value);
  Object& integer(std::string_view key, std::int64_t value);
  Object& real(std::string_view key, double value);  // shortest that round-trips; NaN is null
  Object& boolean(std::string_view key, bool value);
  Object& raw(std::string_view key, std::string_view json);

  /// The object so far, closed.
  [[nodiscard]] std::string str() const { return (out_.empty() ? "{" : out_) + "}"; }

 private:
  std::string& member(std::string_view key);
  std::string out_;
};

}  // namespace varve::json
