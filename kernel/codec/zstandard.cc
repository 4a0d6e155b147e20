#include "kernel/codec/zstandard.h"

#include <memory>
#include <zstd.h>

namespace varve::codec {
namespace {

constexpr std::size_t kLargestRatio = 128 * 1024 / 4;  // a block of 128 KB takes at least 4 bytes

}  // namespace

std::size_t compress(ByteView bytes, int level, Bytes& out) {
  const std::size_t at = out.size();
  const std::size_t room = bytes.size() - bytes.size() / 8;
  out.resize(at + room);
  // Does not fit: an error, and no saving.
  const std::size_t size =
      bytes.size() < 64 ? room
                        : ZSTD_compress(out.data() + at, room, bytes.data(), bytes.size(), level);
  if (bytes.size() >= 64 && ZSTD_isError(size) == 0) {
    out.resize(at + size);
    return size;
  }
  out.resize(at);
  append(out, bytes);
  return bytes.size();
}

void decompress(ByteView stored, std::span<std::byte> out) {
  if (stored.size() == out.size()) {
    if (!out.empty()) std::memcpy(out.data(), stored.data(), out.size());
    return;
  }
  const std::size_t size = ZSTD_decompress(out.data(), out.size(), stored.data(), stored.size());
  require(ZSTD_isError(size) == 0 && size == out.size(), "compressed bytes");
}

void check_compressed_size(ByteView stored, std::size_t size) {
  if (stored.size() == size) return;
  require(size / kLargestRatio <= stored.size() &&
              ZSTD_getFrameContentSize(stored.data(), stored.size()) == size,
          "size of compressed bytes");
}

}  // namespace varve::codec
