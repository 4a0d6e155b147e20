#pragma once

#include <array>
#include <string>

#include "platform/base/metrics.h"
#include "platform/ingest/committer.h"
#include "platform/ingest/event_source.h"

namespace varve::ingest {

/// The metrics varve_ingest_*. Thread-safe.
class IngestMetrics {
 public:
  IngestMetrics(Metrics& metrics, const EventSource& source);

  void stored(const Outcome& outcome, Instant now);
  void failed(const SinkError& error);
  void gap(std::int64_t offsets);
  void rebalanced();
  void reading(std::size_t messages);
  void lag(const Position& position, std::int64_t messages);

 private:
  struct Topic {
    std::string name;
    prometheus::Counter *rows, *duplicates, *bytes, *dead_letters;
    prometheus::Histogram* delay;
  };

  Metrics& metrics_;
  std::array<Topic, kKinds> topics_;
  prometheus::Counter &batches_, &gaps_, &missing_offsets_, &rebalances_, &fenced_, &retries_;
  prometheus::Histogram& batch_seconds_;
  prometheus::Gauge &ready_, &open_messages_;
};

}  // namespace varve::ingest
