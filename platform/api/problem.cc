#include "platform/api/problem.h"

#include <algorithm>
#include <array>

#include "platform/base/json.h"

namespace varve::api {
namespace {

struct Kind {
  int status;
  std::string_view name, title;
};

constexpr std::array kKinds = {
    Kind{400, "validation", "A parameter is not valid"},
    Kind{403, "forbidden", "Not allowed"},
    Kind{404, "not-found", "There is no such resource"},
    Kind{405, "method-not-allowed", "The resource does not have this method"},
    Kind{408, "request-timeout", "The request did not arrive in time"},
    Kind{409, "conflict", "The state of the database does not allow that"},
    Kind{413, "payload-too-large", "The body is too large"},
    Kind{421, "misdirected", "This host name is not served"},
    Kind{431, "headers-too-large", "The header is too large"},
    Kind{500, "internal", "The server made a mistake"},
    Kind{503, "unavailable", "Not available for now"},
    Kind{504, "query-timeout", "The query took too long"},
};

const Kind& kind_of(int status) {
  const auto found = std::ranges::find(kKinds, status, &Kind::status);
  return found == kKinds.end() ? *std::ranges::find(kKinds, 500, &Kind::status) : *found;
}

std::string errors_json(const std::vector<FieldError>& errors) {
  std::string out = "[";
  for (const FieldError& error : errors) {
    if (out.size() > 1) out += ',';
    out += json::Object().text("pointer", error.pointer).text("message", error.message).str();
  }
  return out + "]";
}

}  // namespace

std::string_view problem_kind(int status) { return kind_of(status).name; }

Response problem_response(const Problem& problem, const Request& request) {
  const Kind& kind = kind_of(problem.status);
  json::Object body;
  body.text("type", "urn:varve:problem:" + std::string(kind.name))
      .text("title", kind.title)
      .integer("status", problem.status)
      .text("detail", problem.detail)
      .text("instance", request.path)
      .text("requestId", request.id);
  if (!problem.errors.empty()) body.raw("errors", errors_json(problem.errors));
  return {problem.status, "application/problem+json", body.str(), problem.headers};
}

Problem unavailable(std::string detail, int retry_after_seconds) {
  return {503, std::move(detail), {}, {{"Retry-After", std::to_string(retry_after_seconds)}}};
}

}  // namespace varve::api
