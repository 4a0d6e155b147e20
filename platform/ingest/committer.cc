#include "platform/ingest/committer.h"

#include <cassert>
#include <utility>

#include "platform/ingest/backoff.h"

namespace varve::ingest {

using namespace std::chrono_literals;

Committer::Committer(EventSink& sink, OnFailure on_failure)
    : sink_(sink),
      on_failure_(std::move(on_failure)),
      thread_([this](const std::stop_token& stop) { run(stop); }) {}

Committer::~Committer() {
  if (busy_) abandon();
  thread_.request_stop();
}

void Committer::submit(std::unique_ptr<Batch> batch) {
  assert(!busy_);
  busy_ = true;
  {
    const std::lock_guard guard(mutex_);
    submitted_ = std::move(batch);
    abandon_ = std::stop_source();
  }
  changed_.notify_all();
}

std::optional<Outcome> Committer::wait(std::chrono::milliseconds limit) {
  if (!busy_ || (limit == 0ms && !finished_)) return std::nullopt;
  std::unique_lock lock(mutex_);
  if (!changed_.wait_for(lock, limit, [&] { return outcome_.has_value(); })) return std::nullopt;
  busy_ = finished_ = false;
  return std::exchange(outcome_, std::nullopt);
}

void Committer::abandon() {
  const std::lock_guard guard(mutex_);
  abandon_.request_stop();
  if (!outcome_) sink_.interrupt();
}

void Committer::run(const std::stop_token& stop) {
  for (;;) {
    std::unique_ptr<Batch> batch;
    std::stop_token abandoned;
    {
      std::unique_lock lock(mutex_);
      if (!changed_.wait(lock, stop, [&] { return submitted_ != nullptr; })) return;
      batch = std::move(submitted_);
      abandoned = abandon_.get_token();
    }
    Outcome outcome = store(std::move(batch), abandoned);
    {
      const std::lock_guard guard(mutex_);
      outcome_ = std::move(outcome);
      finished_ = true;
    }
    changed_.notify_all();
  }
}

Outcome Committer::store(std::unique_ptr<Batch> batch, const std::stop_token& abandoned) {
  Backoff backoff(100ms, 30s);
  const auto begin = Batch::Clock::now();
  while (!abandoned.stop_requested()) {
    try {
      const Stored stored = sink_.store(*batch);
      return {Outcome::Kind::kStored, std::move(batch), stored, Batch::Clock::now() - begin};
    } catch (const SinkError& error) {
      on_failure_(error);
      if (error.failure() == Failure::kFenced) {
        return {Outcome::Kind::kFenced, std::move(batch), {}, {}};
      }
    }
    backoff.wait(abandoned);
  }
  return {Outcome::Kind::kAbandoned, std::move(batch), {}, {}};
}

}  // namespace varve::ingest
