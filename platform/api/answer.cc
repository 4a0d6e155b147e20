#include "platform/api/answer.h"

#include "platform/base/json.h"

namespace varve::api {

Response envelope(const Request& request, const Range& range, std::string_view data,
                  const std::optional<std::string>& next, std::string_view source) {
  const std::chrono::duration<double, std::milli> took =
      std::chrono::steady_clock::now() - request.started;
  const std::string meta =
      json::Object()
          .text("from", format_rfc3339(range.from))
          .text("to", format_rfc3339(range.to))
          .text("asOf", format_rfc3339(request.now))
          .text("source", source)
          .real("tookMs", static_cast<double>(static_cast<int>(took.count() * 1000)) / 1000)
          .str();
  json::Object body;
  body.raw("data", data);
  if (next) {
    json::Object page;
    if (next->empty()) {
      page.raw("next", "null");
    } else {
      page.text("next", *next);
    }
    body.raw("page", page.str());
  }
  return {200, "application/json", body.raw("meta", meta).str()};
}

}  // namespace varve::api
