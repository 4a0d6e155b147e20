#pragma once

#include <chrono>
#include <memory>
#include <stop_token>
#include <string>
#include <vector>

#include "platform/ingest/backoff.h"
#include "platform/ingest/committer.h"
#include "platform/ingest/event_source.h"
#include "platform/ingest/ingest_metrics.h"

namespace varve::ingest {

struct IngestOptions {
  BatchLimits limits;
  Acceptance acceptance;
  /// Ends run() where the broker has lost messages that we did not read, instead of recording it.
  bool stop_on_gap = false;
  /// How long a batch may take to be stored while the group waits for our partitions.
  std::chrono::milliseconds handover{5000};
  /// How long a busy database is waited for without polling. Then partitions are paused, and
  /// polling goes on, so that the group does not take us for dead.
  std::chrono::milliseconds patience{2000};
};

/// Moves events from Kafka into PostgreSQL, each exactly once: rows and positions commit together,
/// and reading starts from the positions in the database.
///
///   group assigns -> claim -> start -> [poll -> decode -> batch -> committer] -> group revokes
///                                            ^ next batch      ^ its own thread
class Ingestor final : private SourceListener {
 public:
  Ingestor(EventSource& source, EventSink& sink, Metrics& metrics, IngestOptions options);

  /// Until stop is requested; then stores what was read, and leaves the group. Gives why it ended
  /// otherwise, or "".
  std::string run(const std::stop_token& stop);

 private:
  void on_assigned(std::span<const Partition> partitions) override;
  void on_revoked(bool lost) override;
  void on_out_of_range(Partition partition) override;

  void step();
  void claim();
  void accept(Message message);
  void note_hole(const Position& position, std::int64_t offset);
  void settle_stranded();
  bool settle(Partition partition);

  void submit_when_due();
  void submit();
  void take_outcome(std::chrono::milliseconds wait);
  void finish(Outcome outcome);
  void flush();
  void forget_claims();
  Position* find(Partition partition);
  [[nodiscard]] bool waits_for_retry() const { return Batch::Clock::now() < retry_at_; }
  void retry_later(const char* what, const std::exception& error);

  EventSource& source_;
  EventSink& sink_;
  IngestOptions options_;
  IngestMetrics metrics_;
  Decoder decoder_;
  Committer committer_;

  std::vector<Partition> assigned_;  // by the group, and not yet claimed
  std::vector<Position> positions_;  // claimed; `next` is behind what was read
  std::vector<Partition> stranded_;  // at an offset that the broker does not have
  std::unique_ptr<Batch> open_ = std::make_unique<Batch>();
  std::unique_ptr<Batch> spare_ = std::make_unique<Batch>();
  bool paused_ = false;
  Backoff backoff_{std::chrono::milliseconds(100), std::chrono::seconds(30)};
  Batch::Clock::time_point retry_at_;
  std::string halt_;  // why run() must end
};

}  // namespace varve::ingest
