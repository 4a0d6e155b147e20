#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "platform/api/answer.h"
#include "platform/api/http.h"

/// What is not data: the state of the process, the documentation, the dashboard's files.
namespace varve::api {

/// GET /healthz: the process runs.
Response liveness(const Request& request);

/// GET /readyz: the database answers and has the extension.
Response readiness(const Request& request, Database& database);

Response openapi(const Request& request);
Response docs_page(const Request& request);
Response docs_script(const Request& request);

/// The file of the dashboard that `path` (still encoded) names below `web_root`; nothing where
/// there is none. "/" is index.html. Never leaves the directory, nor shows hidden files.
std::optional<Response> static_file(const std::string& web_root, std::string_view path);

}  // namespace varve::api
