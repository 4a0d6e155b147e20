#pragma once

#include <functional>
#include <string>
#include <thread>

namespace varve::api {

/// A thread that LISTENs on the channel varve_events with a connection of its own, and connects
/// again for as long as it lives, waiting longer after each failure (100 ms to 5 s).
class Listener {
 public:
  struct Handlers {
    std::function<void(std::string payload)> notified;
    /// It listens again after a time in which notifications were lost.
    std::function<void()> resumed;
  };
  /// The handlers are called on the thread of the listener.
  Listener(std::string conninfo, Handlers handlers);

 private:
  void run(const std::stop_token& stop);
  void listen(const std::stop_token& stop);

  const std::string conninfo_;
  const Handlers handlers_;
  bool lost_ = false;
  int failures_ = 0;
  std::jthread thread_;
};

}  // namespace varve::api
