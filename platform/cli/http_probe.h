#pragma once

#include <chrono>
#include <string>

namespace varve::cli {

/// The status code that GET http://host:port/path answers. Throws std::runtime_error where there is
/// no answer in time.
int http_status(const std::string& host, const std::string& port, const std::string& path,
                std::chrono::seconds timeout);

}  // namespace varve::cli
