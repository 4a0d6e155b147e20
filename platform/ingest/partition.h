#pragma once

#include <compare>
#include <cstdint>

#include "platform/ingest/event.h"

namespace varve::ingest {

/// A partition of one of the four topics.
struct Partition {
  Kind topic;
  std::int32_t number;

  auto operator<=>(const Partition&) const = default;
};

/// Where reading of a partition continues, under which claim. The epoch is what the claim raised
/// ingest.offsets.epoch to: as long as it stands there, nobody else has claimed the partition.
struct Position {
  Partition partition;
  std::int64_t next = 0;
  std::int64_t epoch = 0;
};

/// Offsets that a broker has of a partition: [low, high).
struct Watermarks {
  std::int64_t low = 0, high = 0;
};

}  // namespace varve::ingest
