#include "extension/columnstore/group_head.h"

#include "kernel/base/crc32c.h"
#include "kernel/codec/validity.h"
#include "kernel/codec/wire.h"

namespace varve::columnstore {
namespace {

std::uint32_t checksum(GroupHead head) {
  head.crc32c = 0;
  return crc32c(std::as_bytes(std::span(&head, 1)));
}

}  // namespace

GroupHead make_head(std::uint32_t rows, std::uint32_t size, std::uint32_t value_id) {
  GroupHead head{kHeadMagic, kHeadVersion, 0, rows, size, value_id, 0};
  head.crc32c = checksum(head);
  return head;
}

GroupHead checked_head(ByteView tuple) {
  const auto head = codec::take_value<GroupHead>(tuple, "head of a row group");
  codec::require(head.magic == kHeadMagic, "magic of a row group's head");
  if (head.version < 1 || head.version > kHeadVersion) {
    throw Error(ErrorKind::kUnsupported,
                "unknown version " + std::to_string(head.version) + " of a row group's head");
  }
  codec::require(head.crc32c == checksum(head), "checksum of a row group's head");
  if (head.flags != 0) {
    throw Error(ErrorKind::kUnsupported,
                "unknown flags " + std::to_string(head.flags) + " of a row group's head");
  }
  codec::require(head.rows >= 1 && head.rows <= codec::kMaxRows, "rows of a row group's head");
  codec::require(head.value_id != 0 || head.size <= tuple.size(), "descriptor of a row group");
  return head;
}

}  // namespace varve::columnstore
