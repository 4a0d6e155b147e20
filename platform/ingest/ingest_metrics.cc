#include "platform/ingest/ingest_metrics.h"

namespace varve::ingest {
namespace {

const std::vector<double>& delay_bounds() {
  static const std::vector<double> bounds = {0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 600, 3600};
  return bounds;
}

}  // namespace

IngestMetrics::IngestMetrics(Metrics& metrics, const EventSource& source)
    : metrics_(metrics),
      batches_(metrics.counter("varve_ingest_batches_total", "transactions that stored events")),
      gaps_(metrics.counter("varve_ingest_offset_gap_total",
                            "times that the broker did not have the offsets we wanted")),
      missing_offsets_(metrics.counter("varve_ingest_missing_offsets_total",
                                       "offsets that were gone before we read them")),
      rebalances_(metrics.counter("varve_ingest_rebalances_total", "assignments by the group")),
      fenced_(metrics.counter("varve_ingest_fenced_total",
                              "batches dropped because another instance has the partition")),
      retries_(metrics.counter("varve_ingest_retries_total", "failed attempts to store a batch")),
      batch_seconds_(metrics.histogram("varve_ingest_batch_seconds",
                                       "from the first attempt to the commit of a batch",
                                       seconds_bounds())),
      ready_(metrics.gauge("varve_ingest_ready",
                           "0 while the database or its schema needs somebody's attention")),
      open_messages_(
          metrics.gauge("varve_ingest_open_messages", "messages of the batch that is being read")) {
  for (std::size_t kind = 0; kind < kKinds; ++kind) {
    Topic& topic = topics_[kind];
    topic.name = source.topic(static_cast<Kind>(kind));
    const Metrics::Labels labels = {{"topic", topic.name}};
    topic.rows = &metrics.counter("varve_ingest_rows_total", "rows stored", labels);
    topic.duplicates =
        &metrics.counter("varve_ingest_duplicates_total", "events that were stored before", labels);
    topic.bytes = &metrics.counter("varve_ingest_bytes_total", "bytes of events read", labels);
    topic.dead_letters =
        &metrics.counter("varve_ingest_dead_letters_total", "events not stored", labels);
    topic.delay = &metrics.histogram("varve_ingest_event_delay_seconds",
                                     "age of the newest event of a batch at its commit",
                                     delay_bounds(), labels);
  }
  ready_.Set(1);
}

void IngestMetrics::stored(const Outcome& outcome, Instant now) {
  const Batch& batch = *outcome.batch;
  batches_.Increment();
  batch_seconds_.Observe(outcome.seconds.count());
  ready_.Set(1);
  std::array<std::size_t, kKinds> messages{}, bytes{};
  for (const Message& message : batch.messages) {
    const auto kind = static_cast<std::size_t>(message.partition.topic);
    ++messages[kind];
    bytes[kind] += message.value.value_or("").size();
  }
  for (std::size_t kind = 0; kind < kKinds; ++kind) {
    if (messages[kind] == 0) continue;
    const auto rows = static_cast<double>(outcome.stored.rows[kind]);
    const auto dead = static_cast<double>(outcome.stored.dead_letters[kind]);
    topics_[kind].rows->Increment(rows);
    topics_[kind].dead_letters->Increment(dead);
    topics_[kind].duplicates->Increment(static_cast<double>(messages[kind]) - rows - dead);
    topics_[kind].bytes->Increment(static_cast<double>(bytes[kind]));
    if (batch.newest[kind]) {
      topics_[kind].delay->Observe(
          std::chrono::duration<double>(now - *batch.newest[kind]).count());
    }
  }
}

void IngestMetrics::failed(const SinkError& error) {
  if (error.failure() == Failure::kFenced) return fenced_.Increment();
  retries_.Increment();
  if (error.failure() == Failure::kEnvironment) ready_.Set(0);
}

void IngestMetrics::gap(std::int64_t offsets) {
  gaps_.Increment();
  if (offsets > 0) missing_offsets_.Increment(static_cast<double>(offsets));
}

void IngestMetrics::reading(std::size_t messages) {
  open_messages_.Set(static_cast<double>(messages));
}

void IngestMetrics::rebalanced() { rebalances_.Increment(); }

void IngestMetrics::lag(const Position& position, std::int64_t messages) {
  metrics_
      .gauge("varve_ingest_lag_messages", "messages behind the stored position",
             {{"topic", topics_[static_cast<std::size_t>(position.partition.topic)].name},
              {"partition", std::to_string(position.partition.number)}})
      .Set(static_cast<double>(messages));
}

}  // namespace varve::ingest
