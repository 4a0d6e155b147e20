#include <atomic>
#include <stop_token>
#include <thread>

#include "platform/base/log.h"
#include "platform/varved/command.h"
#include "platform/varved/run.h"

namespace varve::varved {
namespace {

/// Runs every part on a thread of its own. When one ends the others are stopped, so that whoever
/// restarts the process sees it; the exit code is that of the first that failed.
int run_all(const Service& service) {
  std::stop_source stop;
  const std::stop_callback forward(service.stop, [&] { stop.request_stop(); });
  std::atomic<int> code = kSuccess;
  {
    std::vector<std::jthread> parts;
    for (const Command& command : commands()) {
      if (!command.in_all) continue;
      parts.emplace_back([&] {
        const int result =
            run_guarded(command, {service.config, service.metrics, stop.get_token()});
        int expected = kSuccess;
        code.compare_exchange_strong(expected, result);
        if (!stop.stop_requested())
          log::warn("a part has ended, stopping all", {{"part", command.name}});
        stop.request_stop();
      });
    }
  }
  return code;
}

const Registration kRegistration({"all",
                                  "ingest and api in one process",
                                  {"database", "kafka", "ingest", "api"},
                                  run_all,
                                  false});

}  // namespace
}  // namespace varve::varved
