#pragma once

#include <optional>
#include <stop_token>
#include <string>

namespace varve::ingest {

/// Writes the list of brokers to `path` such that a reader sees all of it or nothing.
void write_bootstrap(const std::string& path, const std::string& brokers);

/// The list in `path`, once it is there; nothing after a stop request.
std::optional<std::string> wait_for_bootstrap(const std::string& path, const std::stop_token& stop);

}  // namespace varve::ingest
