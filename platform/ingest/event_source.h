#pragma once

#include <chrono>
#include <optional>
#include <span>
#include <string_view>

#include "platform/ingest/message.h"

namespace varve::ingest {

/// What the source tells from inside poll() and close().
class SourceListener {
 public:
  virtual ~SourceListener() = default;
  /// The group gives us these partitions. Reading starts once EventSource::start() was called.
  virtual void on_assigned(std::span<const Partition> partitions) = 0;
  /// The group takes all partitions back. `lost`: it did so a while ago, somebody else may read
  /// them.
  virtual void on_revoked(bool lost) = 0;
  /// The broker does not have the offset that we want next; the partition stands still.
  virtual void on_out_of_range(Partition partition) = 0;
};

/// A member of a consumer group. One thread at a time.
class EventSource {
 public:
  virtual ~EventSource() = default;

  virtual void subscribe(SourceListener& listener) = 0;
  /// The next message, or nothing within `wait`.
  virtual std::optional<Message> poll(std::chrono::milliseconds wait) = 0;
  /// Reads these partitions from these positions, also where they are read already.
  virtual void start(std::span<const Position> positions) = 0;
  virtual void pause() = 0;
  virtual void resume() = 0;
  /// Leaves the group and joins it anew.
  virtual void rejoin() = 0;
  /// Leaves the group; on_revoked() comes before it returns.
  virtual void close() = 0;

  /// Tells the group how far we are, for those who watch it. We never read these offsets.
  virtual void publish(std::span<const Position> positions) = 0;
  /// As the last fetch told, without asking; nothing before the first.
  virtual std::optional<Watermarks> known_watermarks(Partition partition) = 0;
  /// Asks the broker. Throws SourceError.
  virtual Watermarks watermarks(Partition partition) = 0;
  [[nodiscard]] virtual std::string_view topic(Kind kind) const = 0;
};

struct SourceError : std::runtime_error {
  using std::runtime_error::runtime_error;
};

}  // namespace varve::ingest
