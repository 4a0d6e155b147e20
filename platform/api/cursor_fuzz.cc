#include "platform/api/cursor.h"

#include <cstdint>
#include <cstdlib>

/// Any text is refused, or gives parts that make an equivalent cursor.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace varve::api;
  if (size == 0) return 0;
  const std::size_t count = data[0] % 4;
  const auto parts = decode_cursor("q", {reinterpret_cast<const char*>(data) + 1, size - 1}, count);
  if (parts && decode_cursor("q", encode_cursor("q", *parts), count) != parts) std::abort();
  return 0;
}
