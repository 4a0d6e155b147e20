#pragma once

#include "kernel/codec/wire.h"

namespace varve::codec {

/// Appends `bytes` as one zstd frame of the given level, or as they are where that does not save
/// an eighth; gives the bytes appended, which are bytes.size() where they are stored as they are.
std::size_t compress(ByteView bytes, int level, Bytes& out);

/// Fills `out` from what compress() appended. Throws kCorruptData unless that gives exactly
/// out.size() bytes.
void decompress(ByteView stored, std::span<std::byte> out);

/// Throws kCorruptData unless `stored` bytes can be `size` bytes compressed: checked before room
/// for them is made.
void check_compressed_size(std::size_t stored, std::size_t size);

}  // namespace varve::codec
