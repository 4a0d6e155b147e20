#pragma once

#include <array>
#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "platform/ingest/decoder.h"
#include "platform/ingest/message.h"
#include "platform/ingest/row_buffer.h"

namespace varve::ingest {

/// A message that is not stored but kept with the reason. `message` is its place in the batch.
struct DeadLetter {
  std::uint32_t message;
  std::string code, field, text;
};

/// How far a batch takes one partition: from the position before it to the one behind.
struct Progress {
  Partition partition;
  std::int64_t epoch, from, to;
};

/// Offsets [from, to) that the broker did not have any more.
struct Gap {
  Partition partition;
  std::int64_t from, to;
};

/// What one transaction stores: rows by table, dead letters, and the positions behind them.
class Batch {
 public:
  using Clock = std::chrono::steady_clock;

  /// Decodes `message` into a row, or makes it a dead letter; keeps it until clear().
  void add(Message message, Decoder& decoder, std::string_view topic, Instant now);
  /// Moves the position of a partition from what it was before the batch, or in it, to `to`.
  void advance(const Position& position, std::int64_t to);
  void reject(std::uint32_t message, const Rejection& rejection);
  void clear();

  [[nodiscard]] bool empty() const { return messages.empty(); }

  std::vector<Message> messages;
  std::array<RowBuffer, kKinds> rows;
  std::array<std::optional<Instant>, kKinds> newest;  // event time
  std::vector<DeadLetter> dead_letters;
  std::vector<Progress> progress;
  std::vector<Gap> gaps;
  std::size_t bytes = 0;
  Clock::time_point opened;  // when the first message came
};

/// When a batch is due.
struct BatchLimits {
  std::size_t rows = 10'000;
  std::size_t bytes = std::size_t{8} << 20;
  std::chrono::milliseconds age{250};

  [[nodiscard]] bool reached(const Batch& batch, Batch::Clock::time_point now) const {
    return !batch.empty() &&
           (batch.messages.size() >= rows || batch.bytes >= bytes || now - batch.opened >= age);
  }
};

}  // namespace varve::ingest
