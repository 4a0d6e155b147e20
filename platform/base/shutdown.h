#pragma once

#include <chrono>
#include <stop_token>
#include <thread>

namespace varve {

/// Turns SIGTERM and SIGINT into a stop request. Must be made before any other thread, since it
/// blocks both signals for all threads that follow. After a request the process has `grace` to
/// drain; then, or at a second signal, it ends at once with exit code 1.
class Shutdown {
 public:
  explicit Shutdown(std::chrono::milliseconds grace);
  ~Shutdown();
  Shutdown(const Shutdown&) = delete;
  Shutdown& operator=(const Shutdown&) = delete;

  [[nodiscard]] std::stop_token token() const { return source_.get_token(); }
  /// As if SIGTERM had come: for a part of the process that cannot go on.
  void request() { source_.request_stop(); }

 private:
  void wait_for_signals(const std::stop_token& ending, std::chrono::milliseconds grace);

  std::stop_source source_;
  std::jthread waiter_;
};

}  // namespace varve
