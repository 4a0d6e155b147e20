#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "platform/api/http.h"

namespace varve::api {

/// Undoes percent-encoding. Nothing where an escape is malformed, or the result holds a NUL byte or
/// is no UTF-8: PostgreSQL would refuse it.
std::optional<std::string> percent_decode(std::string_view text, bool plus_is_space);

/// "a=1&b=%20" -> {{"a", "1"}, {"b", " "}}; "a" is {"a", ""}. Nothing where some escape is
/// malformed.
std::optional<Fields> parse_query(std::string_view query);

/// A request target in origin form. Nothing unless it starts with '/' and all of it decodes. The
/// path stays encoded: "%2F" within a segment is not a separator.
struct Target {
  std::string path;
  Fields query;
};
std::optional<Target> parse_target(std::string_view target);

}  // namespace varve::api
