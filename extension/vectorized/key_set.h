#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

namespace varve::vectorized {

/// Hashes of keys: open addressing over memory that the owner provides. Keys whose 64 bits are the
/// same are one to it.
class KeySet {
 public:
  KeySet() = default;

  /// Over zeroed memory of a power of two of entries.
  explicit KeySet(std::span<std::uint64_t> entries) noexcept : entries_(entries) {}

  /// With the hashes of a smaller one.
  KeySet(std::span<std::uint64_t> entries, const KeySet& smaller) noexcept : entries_(entries) {
    for (const std::uint64_t entry : smaller.entries_) {
      if (entry != kFree) add(entry);
    }
  }

  [[nodiscard]] std::span<std::uint64_t> memory() const noexcept { return entries_; }
  [[nodiscard]] std::size_t size() const noexcept { return size_; }

  /// Half is all it holds, so that searches for what is not there end soon.
  [[nodiscard]] bool is_full() const noexcept { return size_ >= entries_.size() / 2; }

  /// Not where it is full.
  void add(std::uint64_t hash) noexcept {
    std::uint64_t& entry = find(hash);
    if (entry != kFree) return;
    entry = filed(hash);
    ++size_;
  }

  /// Not of a set without memory.
  [[nodiscard]] bool has(std::uint64_t hash) const noexcept { return find(hash) != kFree; }

 private:
  static constexpr std::uint64_t kFree = 0;

  static std::uint64_t filed(std::uint64_t hash) noexcept { return hash == kFree ? 1 : hash; }

  /// The entry of the hash, or the free one where it belongs.
  [[nodiscard]] std::uint64_t& find(std::uint64_t hash) const noexcept {
    const std::uint64_t wanted = filed(hash);
    std::size_t at = wanted & (entries_.size() - 1);
    while (entries_[at] != kFree && entries_[at] != wanted) at = (at + 1) & (entries_.size() - 1);
    return entries_[at];
  }

  std::span<std::uint64_t> entries_;
  std::size_t size_ = 0;
};

}  // namespace varve::vectorized
