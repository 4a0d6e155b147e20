#pragma once

#include <array>
#include <memory>
#include <string>
#include <string_view>

#include "platform/ingest/devbroker.h"
#include "platform/ingest/event.h"

struct rd_kafka_s;

namespace varve::ingest::test {

/// What a test publishes to and reads from: a development broker of its own, or the Kafka that
/// VARVE_TEST_BROKERS names. Topics and group are the test's own, so that tests share one Kafka.
class Broker {
 public:
  explicit Broker(const std::string& test, int partitions = 3);
  ~Broker();

  static bool is_real();
  [[nodiscard]] std::string bootstrap() const { return bootstrap_; }
  [[nodiscard]] const std::array<std::string, kKinds>& topics() const { return topics_; }

  /// Publishes with acks=all; flush() waits for them, and throws where one failed.
  /// `partition` -1: by the key.
  void publish(Kind kind, std::string_view key, std::string_view value, int partition = -1,
               std::string_view tenant = {});
  void flush();

  /// Makes the broker forget everything in the partition before its end.
  void expire(Kind kind, int partition);
  /// Deletes the topics and makes them anew, empty.
  void recreate();

 private:
  struct Destroy {
    void operator()(rd_kafka_s* handle) const;
  };
  void start();
  void create_topics();

  int partitions_;
  std::array<std::string, kKinds> topics_;
  std::unique_ptr<DevBroker> mock_;
  std::string bootstrap_;
  std::unique_ptr<rd_kafka_s, Destroy> producer_;
};

}  // namespace varve::ingest::test
