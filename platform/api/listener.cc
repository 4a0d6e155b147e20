#include "platform/api/listener.h"

#include <algorithm>
#include <condition_variable>
#include <mutex>

#include "platform/base/database.h"
#include "platform/base/log.h"

namespace varve::api {
namespace {

using std::chrono::milliseconds;

// How soon a stop request is seen; notifications themselves wake the thread at once.
constexpr milliseconds kStopPoll(200);
constexpr milliseconds kShortestPause(100);
constexpr milliseconds kLongestPause(5000);

void pause(milliseconds time, const std::stop_token& stop) {
  std::mutex mutex;
  std::condition_variable_any wakeup;
  std::unique_lock lock(mutex);
  wakeup.wait_for(lock, stop, time, [] { return false; });
}

}  // namespace

Listener::Listener(std::string conninfo, Handlers handlers)
    : conninfo_(std::move(conninfo)),
      handlers_(std::move(handlers)),
      thread_([this](const std::stop_token& stop) { run(stop); }) {}

void Listener::listen(const std::stop_token& stop) {
  auto connection = database::Connection::open(conninfo_, "varved api stream");
  connection.execute("LISTEN varve_events");
  if (lost_) {
    log::info("listening to events again");
    handlers_.resumed();
  }
  lost_ = false;
  failures_ = 0;
  while (!stop.stop_requested()) {
    if (auto notification = connection.wait_notification(kStopPoll)) {
      handlers_.notified(std::move(notification->payload));
    }
  }
}

void Listener::run(const std::stop_token& stop) {
  while (!stop.stop_requested()) {
    try {
      listen(stop);
    } catch (const database::Error& error) {
      // The first failure of a row is news; that it lasts is not.
      if (!lost_) log::warn("cannot listen to events", {{"error", error.what()}});
      lost_ = true;
      pause(std::min(kShortestPause * (1 << std::min(failures_, 10)), kLongestPause), stop);
      ++failures_;
    }
  }
}

}  // namespace varve::api
