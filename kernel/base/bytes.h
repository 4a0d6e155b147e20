#pragma once

#include <cstddef>
#include <cstdint>
#include <memory_resource>
#include <span>
#include <vector>

namespace varve {

/// Read-only bytes owned by somebody else.
using ByteView = std::span<const std::byte>;

/// Growing output buffer. The extension backs it with a memory context, so that an aborted
/// statement frees it even where no destructor runs.
using Bytes = std::pmr::vector<std::byte>;

/// Appends `value` as LEB128: seven bits a byte, least significant first, 1 to 10 bytes.
void append_varint(Bytes& out, std::uint64_t value);

/// Reads one LEB128 value and moves `in` past it. Throws kCorruptData where `in` ends early or the
/// value exceeds 64 bits.
std::uint64_t take_varint(ByteView& in);

}  // namespace varve
