#pragma once

#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include "platform/api/http.h"

namespace varve::api {

/// The part of a request that is wrong. `pointer` is "/query/limit" or "/path/id".
struct FieldError {
  std::string pointer, message;
};

/// What went wrong, as RFC 9457 wants it told: the type is urn:varve:problem:<kind>.
struct Problem {
  int status = 500;
  std::string detail;
  std::vector<FieldError> errors = {};
  Fields headers = {};  // Retry-After, Allow
};

/// Ends a handler with that problem.
struct ProblemError : std::runtime_error {
  explicit ProblemError(Problem what_went_wrong)
      : std::runtime_error(what_went_wrong.detail), problem(std::move(what_went_wrong)) {}
  Problem problem;
};

/// "validation" for 400, "unavailable" for 503, ...
std::string_view problem_kind(int status);

/// The answer application/problem+json; `request` gives instance and requestId.
Response problem_response(const Problem& problem, const Request& request);

/// 503 with Retry-After.
Problem unavailable(std::string detail, int retry_after_seconds = 2);

}  // namespace varve::api
