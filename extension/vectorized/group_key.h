#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>

#include "extension/pg/postgres.h"

// Keys of groups as words of eight bytes, which are equal where the keys are. C API.
namespace varve::vectorized {

inline constexpr int kMostKeys = 4;

struct PlannedKey {
  /// Types passed by value are a word, uuid two, and texts one that points to the only copy of its
  /// bytes (text_set.h).
  enum class Kind { kValue, kUuid, kText };

  int target;           // of the scans
  std::int16_t length;  // of its type

  [[nodiscard]] Kind kind() const {
    return length == -1 ? Kind::kText : length == 16 ? Kind::kUuid : Kind::kValue;
  }
  [[nodiscard]] int words() const { return kind() == Kind::kUuid ? 2 : 1; }
};

/// A word of nulls, one bit a key, and the words of the keys, 0 where they are null.
inline constexpr int kMostKeyWords = 1 + 2 * kMostKeys;

/// The bits of a key of a type of this length that is passed by value, whoever made the Datum.
std::uint64_t key_bits(Datum value, std::int16_t length);

/// Hashes of words: mixed_in() each, then finished() once. After MurmurHash3 by Austin Appleby,
/// which is in the public domain.
inline std::uint64_t mixed_in(std::uint64_t hash, std::uint64_t word) {
  hash = (hash ^ word) * 0xff51afd7ed558ccd;
  return hash ^ hash >> 32;
}
inline std::uint64_t finished(std::uint64_t hash) {
  hash *= 0xc4ceb9fe1a85ec53;
  return hash ^ hash >> 33;
}

/// The part of all keys that is grouped at a time: those whose hashes end in `residue`, of `bits`
/// bits. (Slots of tables are chosen by the upper half of a hash.)
struct Partition {
  unsigned bits;
  std::uint32_t residue;

  [[nodiscard]] bool has(std::uint64_t hash) const {
    return (hash & ((std::uint64_t{1} << bits) - 1)) == residue;
  }
};

}  // namespace varve::vectorized
