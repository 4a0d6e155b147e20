#pragma once

#include "kernel/codec/wire.h"

namespace varve::codec {

/// Appends `bytes` as one zstd frame of the given level, or as they are where that does not save
/// an eighth; gives the bytes appended, which are bytes.size() where they are stored as they are.
std::size_t compress(ByteView bytes, int level, Bytes& out);

/// Fills `out` from what compress() appended. Throws kCorruptData unless that gives exactly
/// out.size() bytes.
void decompress(ByteView stored, std::span<std::byte> out);

/// Throws kCorruptData unless `stored` says of itself that it is `size` bytes: checked before room
/// for them is made, so that damage cannot ask for gigabytes.
void check_compressed_size(ByteView stored, std::size_t size);

}  // namespace varve::codec
