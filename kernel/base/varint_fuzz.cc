#include <cstdlib>

#include "kernel/base/bytes.h"
#include "kernel/base/error.h"

/// Arbitrary bytes are a sequence of varints, or end in an Error. What was read survives a round
/// trip, in no more bytes than it took.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  varve::ByteView in = std::as_bytes(std::span(data, size));
  while (!in.empty()) {
    const std::size_t before = in.size();
    std::uint64_t value = 0;
    try {
      value = varve::take_varint(in);
    } catch (const varve::Error&) {
      return 0;
    }
    varve::Bytes again;
    varve::append_varint(again, value);
    varve::ByteView view = again;
    if (again.size() > before - in.size() || varve::take_varint(view) != value || !view.empty()) {
      std::abort();
    }
  }
  return 0;
}
