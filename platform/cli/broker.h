#pragma once

#include <array>
#include <chrono>
#include <map>
#include <optional>
#include <string>

#include "platform/base/config.h"
#include "platform/cli/backlog.h"

namespace varve::cli {

/// The list of brokers: what kafka.bootstrap_file holds, if it is set and there, else
/// kafka.bootstrap.
std::string bootstrap_of(const Config& config);

/// The topics of the events customer, order, payment, system: as sample::kind_of counts.
std::array<std::string, 4> topics_of(const Config& config);

/// What a broker says of the topics' partitions.
struct BrokerState {
  std::string brokers;  // "3 brokers"
  Offsets ends;         // the offset behind the last message of each partition
};
/// Throws std::runtime_error where no broker answers in time.
BrokerState ask_broker(const std::string& bootstrap, const std::array<std::string, 4>& topics,
                       std::chrono::milliseconds timeout);

}  // namespace varve::cli
