#pragma once

#include <iosfwd>
#include <optional>
#include <stop_token>

#include "platform/base/config.h"
#include "platform/cli/sample_history.h"

namespace varve::cli {

/// Sends what has arrived since the history that is loaded, at most its last hour, to the topics.
/// While the ingest is behind by so much that the development broker would drop events, waits for
/// it; throws where it does not move. Says what it did, in words.
std::string send_last_hour(const Config& config, const std::string& bootstrap, std::ostream& out);

struct LiveOptions {
  std::optional<std::string> bootstrap;  // else as configured, and looked up again after failures
  double rate_per_second = 3;            // on average over a day
  std::uint64_t seed = 1;                // where no history is loaded
};
/// New events as they happen, until stop is requested.
void send_live(const Config& config, const LiveOptions& options, const std::stop_token& stop);

inline constexpr double kLeastRate = 0.2, kLargestRate = 150;

/// For that many events a second on average: money and customers as in the history, services'
/// scrapes as often as is left.
sample::Settings settings_for_rate(sample::Settings settings, double rate_per_second);

}  // namespace varve::cli
