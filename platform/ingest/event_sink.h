#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <span>
#include <stdexcept>
#include <vector>

#include "platform/ingest/batch.h"

namespace varve::ingest {

/// Why a batch was not stored, by what is to be done about it.
enum class Failure {
  kTransient,    // the same again may work: keep it and try later
  kEnvironment,  // somebody has to repair the database or its schema; keep it and say so
  kFenced,       // somebody else has claimed a partition: forget it and join the group anew
};

class SinkError : public std::runtime_error {
 public:
  SinkError(Failure failure, const std::string& message)
      : std::runtime_error(message), failure_(failure) {}
  [[nodiscard]] Failure failure() const noexcept { return failure_; }

 private:
  Failure failure_;
};

/// What a transaction stored, by kind of event.
struct Stored {
  std::array<std::int64_t, kKinds> rows{};  // without those that were there already
  std::array<std::int64_t, kKinds> dead_letters{};
};

/// Keeps rows, dead letters and positions, together or not at all. One thread at a time, except for
/// interrupt(). Every call but release() and interrupt() throws SinkError.
class EventSink {
 public:
  using FirstOffset = std::function<std::int64_t(Partition)>;

  virtual ~EventSink() = default;

  /// Makes these partitions ours: from now on stores under an earlier claim fail as kFenced.
  /// `first_offset` is asked where a partition was never read before.
  virtual std::vector<Position> claim(std::span<const Partition> partitions,
                                      const FirstOffset& first_offset) = 0;
  /// Says that we are done with the partitions; a courtesy that may fail silently.
  virtual void release(std::span<const Position> positions) noexcept = 0;
  /// Stores the batch in one transaction. What the database refuses for its values becomes a dead
  /// letter of the batch. Storing again what was stored already changes nothing.
  virtual Stored store(Batch& batch) = 0;
  /// Moves a position over offsets that the broker does not have, and records that.
  virtual void skip(const Position& position, std::int64_t to) = 0;
  /// Ends a call that is under way on another thread soon, as kTransient.
  virtual void interrupt() noexcept = 0;
};

}  // namespace varve::ingest
