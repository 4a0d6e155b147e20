#include <cstdlib>

#include "kernel/base/error.h"
#include "kernel/codec/segment_reading.h"

/// Arbitrary bytes are a segment of some type, or end in an Error; whatever they are, nothing is
/// read or written out of bounds, and each value is the same alone as among others.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using varve::codec::checksum_of_contents;
  const auto blob = std::as_bytes(std::span(data, size));
  try {
    const auto checksum = checksum_of_contents(blob);
    if (checksum_of_contents(blob, varve::codec::Access::kSingly) != checksum) std::abort();
  } catch (const varve::Error&) {
  }
  return 0;
}

/// The magic number is no secret, and so nothing for the fuzzer to find: half of the mutants get
/// it, a version, and the size that they have.
// NOLINTBEGIN(readability-identifier-naming): libFuzzer's names
extern "C" std::size_t LLVMFuzzerMutate(std::uint8_t* data, std::size_t size, std::size_t most);
extern "C" std::size_t LLVMFuzzerCustomMutator(std::uint8_t* data, std::size_t size,
                                               std::size_t most, unsigned seed) {
  using varve::codec::SegmentHeader;
  std::size_t length = LLVMFuzzerMutate(data, size, most);
  if (seed % 2 == 0 || length < sizeof(SegmentHeader)) return length;
  SegmentHeader header;
  std::memcpy(&header, data, sizeof header);
  header.magic = varve::codec::kSegmentMagic;
  header.version = varve::codec::kSegmentVersion;
  header.size = static_cast<std::uint32_t>(length);
  if (header.type < 1 || header.type > 5) header.type = static_cast<std::uint8_t>(1 + seed / 2 % 5);
  std::memcpy(data, &header, sizeof header);
  return length;
}
// NOLINTEND(readability-identifier-naming)
