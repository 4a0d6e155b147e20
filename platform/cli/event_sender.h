#pragma once

#include <array>
#include <functional>
#include <memory>
#include <string>

#include "platform/cli/backlog.h"
#include "platform/sample/event.h"

namespace varve::cli {

/// Sends events to the four topics with an idempotent producer, keyed by entity and partitioned as
/// Java's clients do.
class EventSender {
 public:
  EventSender(const std::string& bootstrap, std::array<std::string, 4> topics);
  ~EventSender();

  void send(const sample::Event& event);
  /// Waits until everything sent is acknowledged. Throws where that took longer than `timeout`.
  void flush(std::chrono::milliseconds timeout);
  /// Takes acknowledgements that have come, without waiting.
  void poll();

  std::int64_t acknowledged() const;
  /// Events that no broker took within 30 s; the reason of the last of them.
  std::int64_t failed() const;
  const std::string& failure() const;
  Backlog& backlog();

 private:
  class Client;  // librdkafka's, and what it reports
  std::array<std::string, 4> topics_;
  std::unique_ptr<Client> client_;
};

}  // namespace varve::cli
