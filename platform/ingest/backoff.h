#pragma once

#include <algorithm>
#include <chrono>
#include <condition_variable>
#include <mutex>
#include <random>
#include <stop_token>

namespace varve::ingest {

/// Doubling waits between attempts, from `shortest` to `longest`, each between half of itself and
/// all of it at random, so that several instances do not come back at once.
class Backoff {
 public:
  using Wait = std::chrono::milliseconds;
  Backoff(Wait shortest, Wait longest) : shortest_(shortest), longest_(longest), next_(shortest) {}

  void reset() { next_ = shortest_; }
  /// How long to wait before the next attempt.
  Wait next() {
    std::uniform_int_distribution<Wait::rep> jitter(next_.count() / 2, next_.count());
    next_ = std::min(2 * next_, longest_);
    return Wait(jitter(random_));
  }
  /// Waits that long, or until a stop request.
  void wait(const std::stop_token& stop) {
    std::unique_lock lock(mutex_);
    wakeup_.wait_for(lock, stop, next(), [] { return false; });
  }

 private:
  Wait shortest_, longest_, next_;
  std::minstd_rand random_{std::random_device{}()};
  std::mutex mutex_;
  std::condition_variable_any wakeup_;
};

}  // namespace varve::ingest
