#pragma once

#include <memory>
#include <string>
#include <vector>

namespace varve::ingest {

/// A Kafka for development and tests: librdkafka's mock cluster, in this process. Volatile: it
/// keeps messages in memory, at most 5 MiB or 100,000 message sets a partition, and drops the
/// oldest without a word; a restart forgets everything. Its header calls it experimental, which is
/// why nothing else includes it. It knows no admin requests: topics are made here.
class DevBroker {
 public:
  /// Starts listening on free ports of 127.0.0.1. Throws std::runtime_error.
  DevBroker(const std::vector<std::string>& topics, int partitions);
  ~DevBroker();
  DevBroker(const DevBroker&) = delete;
  DevBroker& operator=(const DevBroker&) = delete;

  /// host:port, separated by commas.
  [[nodiscard]] std::string bootstrap() const;

 private:
  struct Cluster;
  std::unique_ptr<Cluster> cluster_;
};

}  // namespace varve::ingest
