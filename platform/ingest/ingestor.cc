#include "platform/ingest/ingestor.h"

#include <algorithm>
#include <utility>

#include "platform/base/log.h"

namespace varve::ingest {
namespace {

using namespace std::chrono_literals;

// How long poll() may block: the wait for a stop request, or for the outcome of a batch.
constexpr auto kPollWait = 50ms;

Instant now() {
  return std::chrono::floor<std::chrono::microseconds>(std::chrono::system_clock::now());
}

}  // namespace

Ingestor::Ingestor(EventSource& source, EventSink& sink, Metrics& metrics, IngestOptions options)
    : source_(source),
      sink_(sink),
      options_(std::move(options)),
      metrics_(metrics, source),
      decoder_(options_.acceptance),
      committer_(sink, [this](const SinkError& error) {
        metrics_.failed(error);
        const auto level =
            error.failure() == Failure::kEnvironment ? log::Level::kError : log::Level::kWarn;
        log::write(level, "batch not stored", {{"error", error.what()}});
      }) {}

std::string Ingestor::run(const std::stop_token& stop) {
  source_.subscribe(*this);
  while (!stop.stop_requested() && halt_.empty()) step();
  log::info("draining", {{"messages", open_->messages.size()}});
  source_.close();
  return halt_;
}

void Ingestor::step() {
  take_outcome(0ms);
  if (!assigned_.empty() && !waits_for_retry()) claim();
  if (!stranded_.empty() && !waits_for_retry()) settle_stranded();
  submit_when_due();
  if (auto message = source_.poll(
          open_->empty() ? kPollWait
                         : std::min<std::chrono::milliseconds>(kPollWait, options_.limits.age))) {
    accept(std::move(*message));
  }
}

void Ingestor::on_assigned(std::span<const Partition> partitions) {
  log::info("partitions assigned", {{"count", partitions.size()}});
  metrics_.rebalanced();
  assigned_.assign(partitions.begin(), partitions.end());
}

void Ingestor::on_revoked(bool lost) {
  log::info("partitions revoked", {{"count", positions_.size()}, {"lost", lost}});
  if (lost && committer_.busy()) committer_.abandon();
  if (!lost) flush();
  take_outcome(options_.handover);
  sink_.release(positions_);
  forget_claims();
}

void Ingestor::on_out_of_range(Partition partition) {
  if (find(partition) != nullptr && std::ranges::count(stranded_, partition) == 0) {
    stranded_.push_back(partition);
  }
}

/// Takes the partitions that the group gave us, and starts to read where the database says.
void Ingestor::claim() {
  take_outcome(options_.handover);
  if (committer_.busy()) return;
  try {
    positions_ = sink_.claim(
        assigned_, [&](Partition partition) { return source_.watermarks(partition).low; });
    assigned_.clear();
    source_.start(positions_);
    backoff_.reset();
  } catch (const std::exception& error) {
    retry_later("partitions not claimed", error);
  }
}

void Ingestor::accept(Message message) {
  Position* position = find(message.partition);
  // What a former assignment left in a queue, or an offset read again.
  if (position == nullptr || message.offset < position->next) return;
  if (message.offset > position->next) note_hole(*position, message.offset);
  if (!halt_.empty()) return;
  const Partition partition = message.partition;
  const std::int64_t next = message.offset + 1;
  open_->add(std::move(message), decoder_, source_.topic(partition.topic), now());
  open_->advance(*position, next);
  position->next = next;
  metrics_.reading(open_->messages.size());
}

/// Offsets may be missing because of compaction and transaction markers; they are lost only where
/// the log begins behind them.
void Ingestor::note_hole(const Position& position, std::int64_t offset) {
  const auto known = source_.known_watermarks(position.partition);
  if (!known || known->low <= position.next) return;
  const Gap gap{position.partition, position.next, std::min(known->low, offset)};
  if (options_.stop_on_gap) {
    halt_ = "the broker has lost messages that were not read, and ingest.on_gap is stop";
    return;
  }
  log::error("messages are lost", {{"topic", source_.topic(gap.partition.topic)},
                                   {"partition", gap.partition.number},
                                   {"from", gap.from},
                                   {"to", gap.to}});
  metrics_.gap(gap.to - gap.from);
  open_->gaps.push_back(gap);
}

/// Moves a partition that stands at an offset which the broker does not have. What was read of it
/// is stored first, so that the database knows the same position.
void Ingestor::settle_stranded() {
  if (committer_.busy()) return;  // the sink is one thread's at a time
  if (std::ranges::count(open_->progress, stranded_.back(), &Progress::partition) > 0) {
    submit();
  } else if (settle(stranded_.back())) {
    stranded_.pop_back();
    // librdkafka 2.0.2 does not seek a partition that stands still; an assignment moves it.
    if (stranded_.empty()) source_.start(positions_);
  }
}

bool Ingestor::settle(Partition partition) {
  Position* position = find(partition);
  if (position == nullptr) return true;
  if (options_.stop_on_gap) {
    halt_ = "the broker does not have the next offset, and ingest.on_gap is stop";
    return false;
  }
  try {
    const Watermarks log = source_.watermarks(partition);
    if (log.low <= position->next && position->next <= log.high) return true;
    // Too far on means that the topic was made anew: it is read from its beginning.
    log::error("the broker does not have the next offset",
               {{"topic", source_.topic(partition.topic)},
                {"partition", partition.number},
                {"offset", position->next},
                {"low", log.low},
                {"high", log.high}});
    sink_.skip(*position, log.low);
    metrics_.gap(log.low - position->next);
    position->next = log.low;
    return true;
  } catch (const SinkError& error) {
    if (error.failure() == Failure::kFenced) {
      forget_claims();
      source_.rejoin();
      return false;
    }
    retry_later("gap not recorded", error);
  } catch (const SourceError& error) {
    retry_later("position not found", error);
  }
  return false;
}

void Ingestor::submit_when_due() {
  if (!options_.limits.reached(*open_, Batch::Clock::now())) return;
  if (committer_.busy()) {
    // A full batch waits for the one before it; one that is merely old can grow.
    const bool full =
        open_->messages.size() >= options_.limits.rows || open_->bytes >= options_.limits.bytes;
    if (!full) return;
    take_outcome(paused_ ? 0ms : options_.patience);
  }
  if (committer_.busy()) {
    if (!std::exchange(paused_, true)) source_.pause();
    return;
  }
  submit();
}

void Ingestor::submit() {
  if (std::exchange(paused_, false)) source_.resume();
  if (open_->empty()) return;  // fenced meanwhile
  committer_.submit(std::exchange(open_, std::exchange(spare_, nullptr)));
  metrics_.reading(0);
}

void Ingestor::take_outcome(std::chrono::milliseconds wait) {
  if (auto outcome = committer_.wait(wait)) finish(std::move(*outcome));
}

void Ingestor::finish(Outcome outcome) {
  if (outcome.kind == Outcome::Kind::kStored) {
    metrics_.stored(outcome, now());
    std::vector<Position> stored;
    for (const Progress& step : outcome.batch->progress) {
      stored.push_back({step.partition, step.to, step.epoch});
      if (const auto known = source_.known_watermarks(step.partition)) {
        metrics_.lag(stored.back(), std::max<std::int64_t>(0, known->high - step.to));
      }
    }
    source_.publish(stored);
  }
  spare_ = std::move(outcome.batch);
  spare_->clear();
  // Whatever was read behind a batch that is not stored must not be stored either.
  if (outcome.kind != Outcome::Kind::kStored) forget_claims();
  if (outcome.kind == Outcome::Kind::kFenced) source_.rejoin();
}

/// Stores all that was read, or gives up on it once the time of a handover is over.
void Ingestor::flush() {
  const auto deadline = Batch::Clock::now() + options_.handover;
  const auto left = [&] {
    return std::max(0ms,
                    std::chrono::ceil<std::chrono::milliseconds>(deadline - Batch::Clock::now()));
  };
  take_outcome(left());
  if (!committer_.busy()) {
    submit();
    take_outcome(left());
  }
  if (committer_.busy()) {
    log::warn("the database does not answer, giving up on what was read");
    committer_.abandon();
    take_outcome(options_.handover);
  }
}

/// Nothing that was read and not stored will be; whoever claims next reads it again.
void Ingestor::forget_claims() {
  if (std::exchange(paused_, false)) source_.resume();
  positions_.clear();
  stranded_.clear();
  assigned_.clear();
  open_->clear();
}

Position* Ingestor::find(Partition partition) {
  const auto found = std::ranges::find(positions_, partition, &Position::partition);
  return found == positions_.end() ? nullptr : &*found;
}

void Ingestor::retry_later(const char* what, const std::exception& error) {
  const auto wait = backoff_.next();
  retry_at_ = Batch::Clock::now() + wait;
  log::warn(what, {{"error", error.what()}, {"retry_ms", wait.count()}});
}

}  // namespace varve::ingest
