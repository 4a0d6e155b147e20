#include "extension/columnar/deletion_bitmap.h"

#include <bit>

#include "kernel/base/crc32c.h"
#include "kernel/codec/wire.h"

namespace varve::columnar {
namespace {

std::uint32_t checksum(DeletionBitmap bitmap) {
  bitmap.crc32c = 0;
  return crc32c(std::as_bytes(std::span(&bitmap, 1)));
}

std::uint32_t count(const DeletionBitmap& bitmap) {
  std::uint32_t ones = 0;
  for (const std::uint64_t word : bitmap.bits) ones += std::popcount(word);
  return ones;
}

}  // namespace

DeletionBitmap make_bitmap(std::span<const std::uint16_t> positions) {
  DeletionBitmap bitmap = {kBitmapVersion, 0, 0, {}};
  for (const std::uint16_t row : positions) bitmap.bits[row / 64] |= std::uint64_t{1} << row % 64;
  bitmap.rows = static_cast<std::uint16_t>(count(bitmap));
  bitmap.crc32c = checksum(bitmap);
  return bitmap;
}

DeletionBitmap checked_bitmap(ByteView tuple) {
  const auto bitmap = codec::take_value<DeletionBitmap>(tuple, "bitmap of deleted rows");
  codec::require(bitmap.version != 0, "version of a bitmap of deleted rows");
  if (bitmap.version > kBitmapVersion) {
    throw Error(ErrorKind::kUnsupported, "unknown version " + std::to_string(bitmap.version) +
                                             " of a bitmap of deleted rows");
  }
  codec::require(tuple.empty(), "size of a bitmap of deleted rows");
  codec::require(bitmap.crc32c == checksum(bitmap), "checksum of a bitmap of deleted rows");
  codec::require(bitmap.rows > 0 && bitmap.rows == count(bitmap),
                 "rows of a bitmap of deleted rows");
  return bitmap;
}

}  // namespace varve::columnar
