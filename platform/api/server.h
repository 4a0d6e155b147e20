#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <stop_token>
#include <string>

#include "platform/api/application.h"
#include "platform/api/event_hub.h"

namespace varve::api {

/// HTTP/1.1 over TCP, by Boost.Beast: one coroutine a connection, all on the thread that calls
/// run(). The only file that knows Boost, which takes half a minute to compile.
class Server {
 public:
  struct Settings {
    std::string listen;  // a loopback address
    std::uint16_t port;  // 0: any that is free
    std::chrono::milliseconds idle, heartbeat;
    std::size_t max_stream_clients;
  };

  /// Binds. Throws ConfigError where `listen` is no loopback address, std::runtime_error where the
  /// address is taken.
  Server(Settings settings, Application& application, Metrics& metrics);
  ~Server();

  [[nodiscard]] std::uint16_t port() const;

  /// Serves until `stop`; then accepts nothing more, ends streams and idle connections, and returns
  /// when every request that had arrived is answered.
  void run(const std::stop_token& stop);

  /// Sends an event to all clients of /v1/stream. From any thread.
  void publish(std::string event, std::string data);

 private:
  class Loop;
  std::unique_ptr<Loop> loop_;
};

}  // namespace varve::api
