#pragma once

#include "extension/vectorized/accumulator.h"

#include "extension/pg/postgres.h"

// Groups by their keys, and what aggregates know of each. C API.
namespace varve::vectorized {

inline constexpr int kMostKeys = 4;

/// The keys of a group: eight bytes each, 0 where they are null.
struct GroupKeys {
  std::uint64_t bits[kMostKeys];
  std::uint64_t nulls;  // one bit a key
};

/// The part of all keys that a table takes: those whose hashes end in `residue`, of `bits` bits.
struct Partition {
  unsigned bits;
  std::uint32_t residue;
};

/// Open addressing over entries that lie one after another in the order in which groups were met.
class GroupTable {
 public:
  /// For groups of the partition, with as much memory as `limit` says.
  void begin(MemoryContext context, int keys, int aggregates, Partition partition,
             std::size_t limit);

  /// What a group takes, with its share of the slots.
  static constexpr std::size_t bytes_of_group(int aggregates) {
    return sizeof(GroupKeys) + sizeof(Accumulator) * static_cast<std::size_t>(aggregates) +
           4 * sizeof(std::uint32_t);
  }

  enum class Found { kGroup, kElsewhere, kFull };
  /// The states of the group, made where it is new: kElsewhere where it is none of the partition's,
  /// kFull where there is no room for a new one.
  Found find(const GroupKeys& keys, Accumulator** states);

  [[nodiscard]] std::size_t count() const { return count_; }
  [[nodiscard]] const GroupKeys& keys(std::size_t group) const;
  [[nodiscard]] const Accumulator* states(std::size_t group) const;

 private:
  [[nodiscard]] char* entry(std::size_t group) const { return entries_ + group * entry_bytes_; }
  std::size_t add(const GroupKeys& keys);
  void grow();
  void grow_slots();

  MemoryContext context_ = nullptr;
  int keys_ = 0;
  int aggregates_ = 0;
  Partition partition_ = {};
  std::size_t limit_ = 0;  // bytes
  std::size_t entry_bytes_ = 0;
  char* entries_ = nullptr;
  std::size_t count_ = 0;
  std::size_t room_ = 0;
  std::uint32_t* slots_ = nullptr;  // group + 1; 0: free
  std::size_t slot_count_ = 0;      // a power of two, at least twice the groups
};

}  // namespace varve::vectorized
