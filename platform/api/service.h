#pragma once

#include <stop_token>

#include "platform/base/config.h"
#include "platform/base/metrics.h"

namespace varve::api {

/// Serves the API until `stop`. A database that is away is no reason to end: its questions get 503
/// until it is back. Throws ConfigError for an address that is not allowed.
void serve(const Config& config, Metrics& metrics, const std::stop_token& stop);

}  // namespace varve::api
