#include "kernel/base/bytes.h"

#include "kernel/base/error.h"

namespace varve {

void append_varint(Bytes& out, std::uint64_t value) {
  while (value >= 0x80) {
    out.push_back(static_cast<std::byte>(value | 0x80));
    value >>= 7;
  }
  out.push_back(static_cast<std::byte>(value));
}

std::uint64_t take_varint(ByteView& in) {
  std::uint64_t value = 0;
  for (unsigned shift = 0; shift < 64; shift += 7) {
    if (in.empty()) throw Error(ErrorKind::kCorruptData, "varint ends early");
    const auto byte = std::to_integer<std::uint64_t>(in.front());
    in = in.subspan(1);
    if (shift == 63 && byte > 1) break;
    value |= (byte & 0x7f) << shift;
    if (byte < 0x80) return value;
  }
  throw Error(ErrorKind::kCorruptData, "varint exceeds 64 bits");
}

}  // namespace varve
