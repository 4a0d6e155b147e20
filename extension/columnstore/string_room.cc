#include "extension/columnstore/string_room.h"

#include <cstring>

namespace varve::columnstore {
namespace {

constexpr std::size_t kRoomBlock = std::size_t{256} * 1024;

}  // namespace

std::string_view stored(StringRoom& room, const char* bytes, std::size_t size) {
  if (size > room.left) {
    const std::size_t block = size > kRoomBlock / 4 ? size : kRoomBlock;
    char* memory = static_cast<char*>(MemoryContextAllocHuge(room.context, block));
    if (block != kRoomBlock) {  // a block of its own; the current one goes on
      std::memcpy(memory, bytes, size);
      return {memory, size};
    }
    room.block = memory;
    room.left = block;
  }
  if (size > 0) std::memcpy(room.block, bytes, size);
  const std::string_view result(room.block, size);
  room.block += size;
  room.left -= size;
  return result;
}

std::string_view stored_varlena(StringRoom& room, Datum value) {
  auto* packed = PG_DETOAST_DATUM_PACKED(value);
  const std::string_view bytes = stored(room, VARDATA_ANY(packed), VARSIZE_ANY_EXHDR(packed));
  if (PointerGetDatum(packed) != value) pfree(packed);
  return bytes;
}

void clear(StringRoom& room) {
  MemoryContextReset(room.context);
  room.left = 0;
}

}  // namespace varve::columnstore
