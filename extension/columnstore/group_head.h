#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>

#include "kernel/base/bytes.h"

namespace varve::columnstore {

inline constexpr std::uint32_t kHeadMagic = 0x31485256;  // "VRH1"
inline constexpr std::uint16_t kHeadVersion = 1;

/// The tuple that is a row group: how many rows, and where its descriptor is: behind this head, or,
/// where it is larger than a tuple, in a blob of its own. docs/format/columnstore_relation.md.
struct GroupHead {
  std::uint32_t magic;
  std::uint16_t version;
  std::uint16_t flags;     // none is defined
  std::uint32_t rows;      // 1 to 65,536
  std::uint32_t size;      // of the descriptor
  std::uint32_t value_id;  // of the blob; 0: the descriptor follows
  std::uint32_t crc32c;    // of the head, with zeros here
};
static_assert(sizeof(GroupHead) == 24 && offsetof(GroupHead, version) == 4 &&
              offsetof(GroupHead, rows) == 8 && offsetof(GroupHead, size) == 12 &&
              offsetof(GroupHead, value_id) == 16 && offsetof(GroupHead, crc32c) == 20);

GroupHead make_head(std::uint32_t rows, std::uint32_t size, std::uint32_t value_id);

/// The head at the front of a tuple's bytes. Throws kCorruptData, or kUnsupported for a version or
/// a flag from the future.
GroupHead checked_head(ByteView tuple);

}  // namespace varve::columnstore
