#pragma once

#include <chrono>
#include <cstdint>
#include <iosfwd>
#include <optional>
#include <string>

#include "platform/base/database.h"
#include "platform/sample/model.h"

namespace varve::cli {

struct HistoryOptions {
  int days = 90;
  std::uint64_t seed = 1;
  /// Leaves out what arrives within the last hour, for `varve sample --through-kafka` to send.
  bool leave_last_hour = false;
};
inline constexpr int kMostDays = 730;

/// What of the sample a database has, from varve_sample.load.
struct Loaded {
  std::uint64_t seed;
  sample::Hour anchor;
  sample::TimePoint until;  // every event that arrives before is in the database or in Kafka
};
std::optional<Loaded> find_loaded(database::Connection& connection);
void remember_loaded(database::Connection& connection, const Loaded& loaded);

/// Fills the five tables by COPY, in one transaction, if they are empty; else changes nothing. Says
/// what it did, in words.
std::string load_history(database::Connection& connection, const HistoryOptions& options,
                         std::ostream& out);

}  // namespace varve::cli
