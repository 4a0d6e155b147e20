#include "platform/ingest/decoder.h"

/// Arbitrary bytes decode, or throw Rejection with a code. The first byte chooses the event.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace varve::ingest;
  static Decoder decoder{Acceptance{}};
  if (size == 0) return 0;
  const auto kind = static_cast<Kind>(data[0] % kKinds);
  const std::string_view value(reinterpret_cast<const char*>(data) + 1, size - 1);
  try {
    decoder.decode(kind, value, {"topic", 0, 0, std::nullopt}, Instant(std::chrono::days(20000)));
  } catch (const Rejection& rejection) {
    if (rejection.code().empty()) std::abort();
  }
  return 0;
}
