#pragma once

#include "extension/vectorized/group_key.h"

#include "extension/pg/postgres.h"
extern "C" {
#include <c.h>
}

// Texts that are keys of groups, each kept once, so that two are equal where their addresses are.
// Equal are those of the same bytes: of types and collations where that is what equality means. C
// API.
namespace varve::vectorized {

class TextSet {
 public:
  static std::uint64_t hash_of(const char* bytes, std::size_t size);

  void begin(MemoryContext context);
  /// The copy, a Datum, of the bytes; made where they are new.
  Datum find(const char* bytes, std::size_t size, std::uint64_t hash);
  /// What texts take of memory.
  [[nodiscard]] std::size_t bytes() const { return bytes_; }

 private:
  struct Slot {
    struct varlena* text;  // null: free
    std::uint64_t hash;
  };

  struct varlena* copy(const char* bytes, std::size_t size);
  void grow();

  MemoryContext context_ = nullptr;
  Slot* slots_ = nullptr;
  std::size_t slot_count_ = 0;  // a power of two, or 0
  std::size_t count_ = 0;
  std::size_t bytes_ = 0;
};

}  // namespace varve::vectorized
