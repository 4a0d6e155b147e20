#pragma once

#include <span>
#include <string_view>
#include <variant>

#include "platform/api/answer.h"
#include "platform/api/http.h"

namespace varve::api {

/// Answers from the database: runs on a worker thread, may block.
using Question = Response (*)(const Request&, Database&);
/// Answers from the program alone: must not block.
using Constant = Response (*)(const Request&);
/// Changes something in the database, and answers when that is done, however long it takes.
struct Action {
  Question run;
};
/// What the server answers itself.
enum class Special { kStream, kMetrics };

struct Route {
  std::string_view path;  // "/v1/customers/{id}/metrics"; a name in braces is one segment
  std::variant<Question, Constant, Action, Special> handler;
};

/// Every route. Actions take POST, all others GET, and HEAD, which is GET without the body.
std::span<const Route> routes();

/// The route of `path`, with path_variables filled into `variables`; nullptr where there is none.
const Route* match(std::string_view path, Fields& variables);

}  // namespace varve::api
