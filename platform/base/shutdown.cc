#include "platform/base/shutdown.h"

#include <cerrno>
#include <csignal>
#include <ctime>
#include <pthread.h>
#include <unistd.h>

#include "platform/base/log.h"

namespace varve {
namespace {

sigset_t stop_signals() {
  sigset_t set;
  sigemptyset(&set);
  sigaddset(&set, SIGTERM);
  sigaddset(&set, SIGINT);
  return set;
}

/// The signal that came within `wait`, or 0.
int take_signal(const sigset_t& set, std::chrono::milliseconds wait) {
  const timespec limit = {wait.count() / 1000, (wait.count() % 1000) * 1'000'000};
  const int signal = sigtimedwait(&set, nullptr, &limit);
  return signal > 0 ? signal : 0;
}

}  // namespace

Shutdown::Shutdown(std::chrono::milliseconds grace) {
  const sigset_t set = stop_signals();
  pthread_sigmask(SIG_BLOCK, &set, nullptr);
  waiter_ = std::jthread(
      [this, grace](const std::stop_token& ending) { wait_for_signals(ending, grace); });
}

Shutdown::~Shutdown() { waiter_.request_stop(); }

void Shutdown::wait_for_signals(const std::stop_token& ending, std::chrono::milliseconds grace) {
  // A short poll instead of a second wake-up mechanism: it costs five system calls a second.
  constexpr std::chrono::milliseconds kPoll(200);
  const sigset_t set = stop_signals();
  while (!source_.stop_requested()) {
    if (ending.stop_requested()) return;
    if (const int signal = take_signal(set, kPoll)) {
      log::info("stopping", {{"signal", signal == SIGTERM ? "SIGTERM" : "SIGINT"}});
      source_.request_stop();
    }
  }
  const auto deadline = std::chrono::steady_clock::now() + grace;
  while (!ending.stop_requested()) {
    const bool again = take_signal(set, kPoll) != 0;
    if (!again && std::chrono::steady_clock::now() < deadline) continue;
    log::error("stopped without draining", {{"reason", again ? "a second signal" : "out of time"}});
    _exit(1);
  }
}

}  // namespace varve
