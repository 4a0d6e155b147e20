#pragma once

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <stop_token>
#include <string>
#include <thread>

#include "platform/ingest/event_sink.h"

namespace varve::ingest {

/// What became of a batch, which comes back to be used again.
struct Outcome {
  enum class Kind { kStored, kFenced, kAbandoned };

  Kind kind;
  std::unique_ptr<Batch> batch;
  Stored stored;
  std::chrono::duration<double> seconds{};
};

/// Stores batches on a thread of its own, so that the next one is decoded while the database works.
/// Holds one batch at a time, and tries until it is stored, fenced or abandoned. All but the thread
/// itself is for one caller.
class Committer {
 public:
  /// Told of every failed attempt, on the committer's thread.
  using OnFailure = std::function<void(const SinkError&)>;

  Committer(EventSink& sink, OnFailure on_failure);
  ~Committer();
  Committer(const Committer&) = delete;
  Committer& operator=(const Committer&) = delete;

  /// Must not be called while busy().
  void submit(std::unique_ptr<Batch> batch);
  /// From submit() until wait() has given its outcome.
  [[nodiscard]] bool busy() const { return busy_; }
  /// The outcome, once it is there; nothing where it is not within `limit`.
  std::optional<Outcome> wait(std::chrono::milliseconds limit);
  /// Gives up on the batch: the attempt under way is interrupted, and no other follows.
  void abandon();

 private:
  void run(const std::stop_token& stop);
  Outcome store(std::unique_ptr<Batch> batch, const std::stop_token& abandoned);

  EventSink& sink_;
  OnFailure on_failure_;
  bool busy_ = false;
  std::mutex mutex_;
  std::condition_variable_any changed_;
  std::unique_ptr<Batch> submitted_;
  std::optional<Outcome> outcome_;
  std::atomic<bool> finished_ = false;  // outcome_ is there; looked at once a message
  std::stop_source abandon_;
  std::jthread thread_;
};

}  // namespace varve::ingest
