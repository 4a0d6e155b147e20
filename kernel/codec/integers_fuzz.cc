#include "kernel/codec/integers.h"

#include <cstdlib>
#include <vector>

namespace {

using varve::Bytes;
using varve::ByteView;
using varve::Error;
using varve::codec::Cut;
using varve::codec::Integers;

std::vector<std::int64_t> decoded(ByteView in, Cut cut) {
  const Integers integers = Integers::open(in, cut);
  std::vector<std::int64_t> values(cut.values());
  for (std::size_t m = 0; m < cut.vectors(); ++m) integers.decode(m, values.data() + cut.start(m));
  return values;
}

}  // namespace

/// Arbitrary bytes are a sequence, or end in an Error. What was read survives a round trip; so do
/// the bytes themselves, taken as integers.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size < 2) return 0;
  const Cut cut(data[0] * 16U + data[1]);
  const ByteView in = std::as_bytes(std::span(data, size)).subspan(2);
  std::vector<std::vector<std::int64_t>> series;
  try {
    series.push_back(decoded(in, cut));
  } catch (const Error&) {
  }
  auto& raw = series.emplace_back(in.size() / sizeof(std::int64_t));
  if (!raw.empty()) std::memcpy(raw.data(), in.data(), raw.size() * sizeof(std::int64_t));
  for (const auto& values : series) {
    Bytes bytes;
    varve::codec::encode_integers(values, Cut(values.size()), {}, bytes);
    if (decoded(bytes, Cut(values.size())) != values) std::abort();
  }
  return 0;
}
