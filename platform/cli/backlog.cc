#include "platform/cli/backlog.h"

#include <algorithm>

namespace varve::cli {

void Backlog::produced(const Partition& partition, std::int64_t offset, std::size_t size_bytes) {
  Unread& unread = partitions_[partition];
  unread.messages.emplace_back(offset, size_bytes);
  unread.bytes += size_bytes;
}

void Backlog::consumed(const Offsets& next) {
  for (const auto& [partition, offset] : next) {
    const auto found = partitions_.find(partition);
    if (found == partitions_.end()) continue;
    auto& [messages, bytes] = found->second;
    while (!messages.empty() && messages.front().first < offset) {
      bytes -= messages.front().second;
      messages.pop_front();
    }
  }
}

std::size_t Backlog::largest_bytes() const {
  std::size_t largest = 0;
  for (const auto& [partition, unread] : partitions_) largest = std::max(largest, unread.bytes);
  return largest;
}

std::size_t Backlog::messages() const {
  std::size_t count = 0;
  for (const auto& [partition, unread] : partitions_) count += unread.messages.size();
  return count;
}

}  // namespace varve::cli
