#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "platform/base/rfc3339.h"

namespace varve::api {

using Fields = std::vector<std::pair<std::string, std::string>>;

/// The value behind `name`, if it is there.
inline std::optional<std::string_view> find(const Fields& fields, std::string_view name) {
  for (const auto& [key, value] : fields) {
    if (key == name) return value;
  }
  return std::nullopt;
}

/// A request, taken apart. Handlers look at nothing else: not at a clock either.
struct Request {
  std::string method = "GET";
  std::string path;       // as sent, still percent-encoded: "/v1/customers/42/metrics"
  Fields query;           // decoded, in order; names may repeat
  Fields path_variables;  // decoded: "id" -> "42", as the route names them
  std::string id;         // echoed as X-Request-Id and in problems
  TimePoint now;
  std::chrono::steady_clock::time_point started;
};

struct Response {
  int status = 200;
  std::string content_type;
  std::string body;
  Fields headers = {};
};

}  // namespace varve::api
