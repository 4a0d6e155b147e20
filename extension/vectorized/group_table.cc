#include "extension/vectorized/group_table.h"

#include <algorithm>
#include <cstring>

namespace varve::vectorized {
namespace {

constexpr std::size_t kFirstRoom = 64;

}  // namespace

void GroupTable::begin(MemoryContext context, int words, std::size_t state_bytes,
                       std::size_t limit) {
  *this = {};
  context_ = context;
  words_ = words;
  state_bytes_ = state_bytes;
  limit_ = limit;
  entry_bytes_ = key_bytes() + state_bytes;
  grow();
  grow_slots();
}

std::uint32_t GroupTable::find(const std::uint64_t* key, std::uint64_t hash, std::size_t others) {
  const auto upper = static_cast<std::uint32_t>(hash >> 32);
  std::size_t at = first_slot(hash);
  for (; slots_[at].group != 0; at = (at + 1) & (slot_count_ - 1)) {
    const Slot& slot = slots_[at];
    if (slot.hash == upper && is_equal(key, slot.group - 1)) return slot.group - 1;
  }
  const bool is_small = count_ < kFirstRoom;  // a partition has some groups, however little memory
  if (!is_small && (count_ + 1) * bytes_of_group(words_, state_bytes_) + others > limit_) {
    return kFull;
  }
  const std::uint32_t group = add(key);
  slots_[at] = {group + 1, upper};
  if (count_ * 2 > slot_count_) grow_slots();
  return group;
}

std::uint32_t GroupTable::add(const std::uint64_t* key) {
  if (count_ == room_) grow();
  char* place = entry(count_);
  std::memcpy(place, key, key_bytes());
  std::memset(place + key_bytes(), 0, state_bytes_);
  return static_cast<std::uint32_t>(count_++);
}

void GroupTable::grow() {
  room_ = std::max(kFirstRoom, room_ * 2);
  const std::size_t size = room_ * entry_bytes_;
  entries_ = static_cast<char*>(entries_ == nullptr ? MemoryContextAllocHuge(context_, size)
                                                    : repalloc_huge(entries_, size));
}

void GroupTable::grow_slots() {
  const Slot* before = slots_;
  const std::size_t before_count = slot_count_;
  slot_count_ = std::max(4 * kFirstRoom, before_count * 2);
  slots_ = static_cast<Slot*>(MemoryContextAllocHuge(context_, slot_count_ * sizeof(Slot)));
  std::fill_n(slots_, slot_count_, Slot{});
  for (const Slot* slot = before; slot != before + before_count; ++slot) {
    if (slot->group == 0) continue;
    std::size_t at = slot->hash & (slot_count_ - 1);
    while (slots_[at].group != 0) at = (at + 1) & (slot_count_ - 1);
    slots_[at] = *slot;
  }
  if (before != nullptr) pfree(const_cast<Slot*>(before));
}

}  // namespace varve::vectorized
