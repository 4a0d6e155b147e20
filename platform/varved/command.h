#pragma once

#include <functional>
#include <span>
#include <stop_token>
#include <string_view>
#include <vector>

#include "platform/base/config.h"
#include "platform/base/metrics.h"

/// Subcommands of varved. Each lives in a file of its own, platform/varved/<name>_command.cc, which
/// registers it:
///   const Registration kRegistration({"ingest", "Kafka to hypertables", {"database", "kafka",
///   "ingest"},
///                                     run, /*in_all=*/true});
namespace varve::varved {

/// What a subcommand gets from the process.
struct Service {
  const Config& config;
  Metrics& metrics;
  std::stop_token stop;  // SIGTERM or SIGINT came, or another part of `all` ended
};

enum ExitCode { kSuccess = 0, kFailure = 1, kUsage = 2, kDatabaseUnreachable = 3 };

struct Command {
  std::string_view name, summary;
  std::vector<std::string_view> sections;  // of settings, which --help lists; log is everybody's
  /// Blocks until stop is requested or it cannot go on; returns an ExitCode. ConfigError becomes 2,
  /// any other exception 1, both with a message in the log.
  int (*run)(const Service&);
  bool in_all;  // a part of `varved all`
};

/// All that are registered, by name.
std::span<const Command> commands();

/// A static object of this type adds its command.
class Registration {
 public:
  explicit Registration(Command command);
};

}  // namespace varve::varved
