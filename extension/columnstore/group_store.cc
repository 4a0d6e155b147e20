#include "extension/columnstore/group_store.h"

#include <algorithm>
#include <cstring>

#include "extension/columnar/row_id.h"
#include "extension/columnstore/group_cache.h"
#include "extension/columnstore/group_head.h"

#include "extension/pg/boundary.h"

namespace varve::columnstore {
namespace {

constexpr std::uint32_t kMostGroups = columnar::kLastGroup + 1;

void require_room(std::uint32_t number) {
  if (number < kMostGroups) return;
  throw pg::SqlError(ERRCODE_PROGRAM_LIMIT_EXCEEDED,
                     "a chunk cannot have more than " + std::to_string(kMostGroups) + " row groups",
                     {}, "Make chunks of a shorter interval, or raise maintenance_work_mem.");
}

Oid put_bytes(const Store& store, ByteView bytes) {
  return pg::call([&] { return put_blob(store, bytes.data(), bytes.size()); });
}

}  // namespace

void put_segment(const Store& store, ByteView segment, codec::ColumnDescriptor& column) {
  column.value_id = put_bytes(store, segment);
  column.pieces = static_cast<std::uint16_t>(
      std::min<std::size_t>((segment.size() + kPieceBytes - 1) / kPieceBytes, UINT16_MAX));
}

void put_group(const Store& store, std::uint32_t number, std::uint32_t rows,
               const Bytes& descriptor) {
  require_room(number);
  const auto size = static_cast<std::uint32_t>(descriptor.size());
  const bool is_here = sizeof(GroupHead) + size <= kPieceBytes;
  const Oid id = is_here ? InvalidOid : put_bytes(store, descriptor);
  const GroupHead head = make_head(rows, size, id);
  char tuple[kPieceBytes];
  std::memcpy(tuple, &head, sizeof head);
  if (is_here) std::memcpy(tuple + sizeof head, descriptor.data(), size);
  pg::call([&] {
    forget_groups(RelationGetRelid(store.toast));
    put(store, kGroupKind, static_cast<std::int32_t>(number), tuple,
        sizeof head + (is_here ? size : 0));
  });
}

ByteView descriptor_of(const Store& store, ByteView head, Bytes& room) {
  const GroupHead checked = checked_head(head);
  if (checked.value_id == 0) return head.subspan(sizeof checked);
  room.resize(checked.size);
  auto* bytes = reinterpret_cast<char*>(room.data());
  codec::require(pg::call([&] { return read_blob(store, checked.value_id, bytes, checked.size); }),
                 "pieces of a blob");
  return room;
}

}  // namespace varve::columnstore
