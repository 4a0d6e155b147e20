#include "extension/vectorized/text_set.h"

#include <algorithm>
#include <cstring>

extern "C" {
#include <utils/memutils.h>
}

namespace varve::vectorized {

std::uint64_t TextSet::hash_of(const char* bytes, std::size_t size) {
  std::uint64_t hash = size;
  std::uint64_t word = 0;
  for (; size > sizeof word; size -= sizeof word, bytes += sizeof word) {
    std::memcpy(&word, bytes, sizeof word);
    hash = mixed_in(hash, word);
  }
  word = 0;
  std::memcpy(&word, bytes, size);
  return finished(mixed_in(hash, word));
}

void TextSet::begin(MemoryContext context) {
  *this = {};
  context_ = context;
}

Datum TextSet::find(const char* bytes, std::size_t size, std::uint64_t hash) {
  if (count_ * 2 >= slot_count_) grow();
  std::size_t at = hash >> 32 & (slot_count_ - 1);
  for (; slots_[at].text != nullptr; at = (at + 1) & (slot_count_ - 1)) {
    const Slot& slot = slots_[at];
    if (slot.hash == hash && VARSIZE_ANY_EXHDR(slot.text) == size &&
        std::memcmp(VARDATA_ANY(slot.text), bytes, size) == 0) {
      return PointerGetDatum(slot.text);
    }
  }
  slots_[at] = {copy(bytes, size), hash};
  ++count_;
  return PointerGetDatum(slots_[at].text);
}

struct varlena* TextSet::copy(const char* bytes, std::size_t size) {
  auto* text = static_cast<struct varlena*>(MemoryContextAlloc(context_, VARHDRSZ + size));
  SET_VARSIZE(text, VARHDRSZ + size);
  std::memcpy(VARDATA(text), bytes, size);
  bytes_ += GetMemoryChunkSpace(text) + 4 * sizeof(Slot);
  return text;
}

void TextSet::grow() {
  const Slot* before = slots_;
  const std::size_t before_count = slot_count_;
  slot_count_ = std::max<std::size_t>(256, before_count * 2);
  slots_ = static_cast<Slot*>(MemoryContextAllocHuge(context_, slot_count_ * sizeof(Slot)));
  std::fill_n(slots_, slot_count_, Slot{});
  for (const Slot* slot = before; slot != before + before_count; ++slot) {
    if (slot->text == nullptr) continue;
    std::size_t at = slot->hash >> 32 & (slot_count_ - 1);
    while (slots_[at].text != nullptr) at = (at + 1) & (slot_count_ - 1);
    slots_[at] = *slot;
  }
  if (before != nullptr) pfree(const_cast<Slot*>(before));
}

}  // namespace varve::vectorized
