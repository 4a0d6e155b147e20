#include <condition_variable>
#include <cstdio>
#include <mutex>

#include "platform/base/log.h"
#include "platform/ingest/bootstrap_file.h"
#include "platform/ingest/devbroker.h"
#include "platform/varved/command.h"

namespace varve::varved {
namespace {

/// The four topics, and for each the one that dead letters are published to.
std::vector<std::string> topics(const Config& config) {
  std::vector<std::string> names;
  for (const char* key : {"kafka.topics.customer", "kafka.topics.order", "kafka.topics.payment",
                          "kafka.topics.system"}) {
    names.push_back(config.text(key));
    names.push_back(config.text(key) + ".dlq");
  }
  return names;
}

/// A broker for development, until SIGTERM.
int run(const Service& service) {
  const std::string& file = service.config.text("devbroker.bootstrap_file");
  if (file.empty())
    throw ConfigError("devbroker.bootstrap_file is not set: where would it be found?");
  const ingest::DevBroker broker(topics(service.config),
                                 static_cast<int>(service.config.integer("devbroker.partitions")));
  log::warn("development broker: volatile, keeps at most 5 MiB a partition and drops the oldest",
            {{"brokers", broker.bootstrap()}});
  ingest::write_bootstrap(file, broker.bootstrap());

  std::mutex mutex;
  std::condition_variable_any stopped;
  std::unique_lock lock(mutex);
  stopped.wait(lock, service.stop, [] { return false; });
  std::remove(file.c_str());
  return kSuccess;
}

const Registration kRegistration({"devbroker",
                                  "a volatile Kafka for development",
                                  {"devbroker", "kafka"},
                                  run,
                                  /*in_all=*/false});

}  // namespace
}  // namespace varve::varved
