#include "extension/vectorized/group_table.h"

#include <algorithm>
#include <cstring>
#include <new>

namespace varve::vectorized {
namespace {

constexpr std::size_t kFirstRoom = 64;

/// The finalizer of MurmurHash3 by Austin Appleby, which is in the public domain.
std::uint64_t mixed(std::uint64_t x) {
  x ^= x >> 33;
  x *= 0xff51afd7ed558ccd;
  x ^= x >> 33;
  x *= 0xc4ceb9fe1a85ec53;
  return x ^ x >> 33;
}

std::uint64_t hash_of(const GroupKeys& keys, int count) {
  std::uint64_t hash = keys.nulls;
  for (int i = 0; i < count; ++i) hash = mixed(hash * 31 + keys.bits[i]);
  return hash;
}

bool are_equal(const GroupKeys& a, const GroupKeys& b, int count) {
  return a.nulls == b.nulls && std::equal(a.bits, a.bits + count, b.bits);
}

}  // namespace

void GroupTable::begin(MemoryContext context, int keys, int aggregates, Partition partition,
                       std::size_t limit) {
  *this = {};
  context_ = context;
  keys_ = keys;
  aggregates_ = aggregates;
  partition_ = partition;
  limit_ = limit;
  entry_bytes_ = sizeof(GroupKeys) + sizeof(Accumulator) * static_cast<std::size_t>(aggregates);
  grow();
  grow_slots();
}

const GroupKeys& GroupTable::keys(std::size_t group) const {
  return *reinterpret_cast<const GroupKeys*>(entry(group));
}

const Accumulator* GroupTable::states(std::size_t group) const {
  return reinterpret_cast<const Accumulator*>(entry(group) + sizeof(GroupKeys));
}

GroupTable::Found GroupTable::find(const GroupKeys& keys, Accumulator** states) {
  const std::uint64_t hash = hash_of(keys, keys_);
  // Slots are chosen by the upper half of the hash, partitions by the lower.
  const std::uint64_t mask = (std::uint64_t{1} << partition_.bits) - 1;
  if ((hash & mask) != partition_.residue) return Found::kElsewhere;
  std::size_t slot = (hash >> 32) & (slot_count_ - 1);
  while (slots_[slot] != 0) {
    const std::size_t group = slots_[slot] - 1;
    if (are_equal(this->keys(group), keys, keys_)) {
      *states = const_cast<Accumulator*>(this->states(group));
      return Found::kGroup;
    }
    slot = (slot + 1) & (slot_count_ - 1);
  }
  const bool is_small = count_ < kFirstRoom;  // a partition has some groups, however little memory
  if (!is_small && (count_ + 1) * bytes_of_group(aggregates_) > limit_) return Found::kFull;
  const std::size_t group = add(keys);
  *states = const_cast<Accumulator*>(this->states(group));
  if (count_ * 2 > slot_count_) {
    grow_slots();
  } else {
    slots_[slot] = static_cast<std::uint32_t>(group + 1);
  }
  return Found::kGroup;
}

std::size_t GroupTable::add(const GroupKeys& keys) {
  if (count_ == room_) grow();
  char* place = entry(count_);
  std::memcpy(place, &keys, sizeof keys);
  auto* states = reinterpret_cast<Accumulator*>(place + sizeof keys);
  for (int i = 0; i < aggregates_; ++i) new (&states[i]) Accumulator();
  return count_++;
}

void GroupTable::grow() {
  room_ = std::max(kFirstRoom, room_ * 2);
  const std::size_t size = room_ * entry_bytes_;
  entries_ = static_cast<char*>(entries_ == nullptr ? MemoryContextAllocHuge(context_, size)
                                                    : repalloc_huge(entries_, size));
}

void GroupTable::grow_slots() {
  if (slots_ != nullptr) pfree(slots_);
  slot_count_ = std::max(4 * kFirstRoom, slot_count_ * 2);
  slots_ =
      static_cast<std::uint32_t*>(MemoryContextAllocHuge(context_, slot_count_ * sizeof *slots_));
  std::fill_n(slots_, slot_count_, 0U);
  for (std::size_t group = 0; group < count_; ++group) {
    std::size_t slot = (hash_of(keys(group), keys_) >> 32) & (slot_count_ - 1);
    while (slots_[slot] != 0) slot = (slot + 1) & (slot_count_ - 1);
    slots_[slot] = static_cast<std::uint32_t>(group + 1);
  }
}

}  // namespace varve::vectorized
