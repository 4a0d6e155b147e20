#pragma once

#include "extension/vectorized/accumulator.h"
#include "extension/vectorized/group_key.h"

#include "extension/pg/postgres.h"

// Groups by their keys, and what aggregates know of each. C API.
namespace varve::vectorized {

/// Open addressing over entries (words of the key, then states) that lie one after another in the
/// order in which groups were met. A slot has half of the hash beside the group's number: other
/// keys are told without a look at their entries, and growing reads no entry.
class GroupTable {
 public:
  static constexpr std::uint32_t kFull = UINT32_MAX;

  /// For keys of so many words and states of so many bytes; `limit` is that of its memory.
  void begin(MemoryContext context, int words, std::size_t state_bytes, std::size_t limit);

  /// What a group takes, with its share of the slots.
  static constexpr std::size_t bytes_of_group(int words, std::size_t state_bytes) {
    return sizeof(std::uint64_t) * static_cast<std::size_t>(words) + state_bytes + 4 * sizeof(Slot);
  }

  /// The number of the group, made where it is new, with states of zeros: from 0 on, in order;
  /// kFull where there is no room for a new one, of which `others` bytes are taken otherwise.
  std::uint32_t find(const std::uint64_t* key, std::uint64_t hash, std::size_t others);
  /// Brings its slot nearer.
  void prefetch(std::uint64_t hash) const { __builtin_prefetch(&slots_[first_slot(hash)]); }

  [[nodiscard]] std::size_t count() const { return count_; }
  [[nodiscard]] const std::uint64_t* key(std::size_t group) const {
    return reinterpret_cast<const std::uint64_t*>(entry(group));
  }
  /// Of the aggregate whose state begins so many bytes behind the first one's; until the next
  /// find().
  [[nodiscard]] States states(std::size_t offset) const {
    return {entries_ + key_bytes() + offset, entry_bytes_};
  }

 private:
  struct Slot {
    std::uint32_t group;  // + 1; 0: free
    std::uint32_t hash;   // its upper half
  };

  [[nodiscard]] std::size_t key_bytes() const {
    return sizeof(std::uint64_t) * static_cast<std::size_t>(words_);
  }
  [[nodiscard]] char* entry(std::size_t group) const { return entries_ + group * entry_bytes_; }
  [[nodiscard]] std::size_t first_slot(std::uint64_t hash) const {
    return hash >> 32 & (slot_count_ - 1);
  }
  [[nodiscard]] bool is_equal(const std::uint64_t* key, std::size_t group) const {
    const std::uint64_t* other = this->key(group);
    for (int i = 0; i < words_; ++i) {
      if (key[i] != other[i]) return false;
    }
    return true;
  }
  std::uint32_t add(const std::uint64_t* key);
  void grow();
  void grow_slots();

  MemoryContext context_ = nullptr;
  int words_ = 0;
  std::size_t state_bytes_ = 0;
  std::size_t limit_ = 0;  // bytes
  std::size_t entry_bytes_ = 0;
  char* entries_ = nullptr;
  std::size_t count_ = 0;
  std::size_t room_ = 0;
  Slot* slots_ = nullptr;
  std::size_t slot_count_ = 0;  // a power of two, at least twice the groups
};

}  // namespace varve::vectorized
