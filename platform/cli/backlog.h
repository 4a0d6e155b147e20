#pragma once

#include <cstdint>
#include <deque>
#include <map>
#include <string>
#include <utility>

namespace varve::cli {

using Partition = std::pair<std::string, std::int32_t>;  // topic, number
using Offsets = std::map<Partition, std::int64_t>;       // of the next message to read

/// Bytes that we have put into the partitions and that nobody has read yet. The development broker
/// keeps 5 MiB a partition and silently drops the oldest: a producer that does not look gets lost
/// events.
class Backlog {
 public:
  void produced(const Partition& partition, std::int64_t offset, std::size_t size_bytes);
  /// What stands before the offsets has been read.
  void consumed(const Offsets& next);
  /// Of the fullest partition.
  std::size_t largest_bytes() const;
  std::size_t messages() const;

 private:
  struct Unread {
    std::deque<std::pair<std::int64_t, std::size_t>> messages;  // offset, bytes; offsets rise
    std::size_t bytes = 0;
  };
  std::map<Partition, Unread> partitions_;
};

}  // namespace varve::cli
