#include "platform/varved/run.h"

#include "platform/base/log.h"

namespace varve::varved {

int run_guarded(const Command& command, const Service& service) {
  try {
    return command.run(service);
  } catch (const ConfigError& error) {
    log::error(error.what(), {{"command", command.name}});
    return kUsage;
  } catch (const std::exception& error) {
    log::error("failed", {{"command", command.name}, {"error", error.what()}});
    return kFailure;
  }
}

}  // namespace varve::varved
