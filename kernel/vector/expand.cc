#include "kernel/vector/expand.h"

#include <algorithm>
#include <bit>
#include <cassert>
#include <cstring>

#include "kernel/codec/level.h"

namespace varve::vector {
namespace {

template <class Value>
void expand_words(std::span<const Value> values, RowBits validity, std::span<Value> out) {
  static_assert(sizeof(Value) == sizeof(std::uint64_t));
  assert(rank(validity, out.size()) == values.size());
  if (values.size() == out.size()) {
    std::ranges::copy(values, out.begin());
    return;
  }
  // Both are eight bytes that are only moved; may_alias is what memcpy of each would say.
  using Word = std::uint64_t __attribute__((may_alias));
  codec::kernels().expand(reinterpret_cast<const Word*>(values.data()), validity.data(), out.size(),
                          reinterpret_cast<Word*>(out.data()));
}

}  // namespace

void expand(std::span<const std::int64_t> values, RowBits validity, std::span<std::int64_t> out) {
  expand_words(values, validity, out);
}

void expand(std::span<const double> values, RowBits validity, std::span<double> out) {
  expand_words(values, validity, out);
}

std::size_t rank(RowBits bits, std::size_t rows) {
  assert(rows <= bits.size() * 64);
  std::size_t ones = 0;
  for (std::size_t word = 0; word < rows / 64; ++word) {
    ones += static_cast<std::size_t>(std::popcount(bits[word]));
  }
  const std::size_t rest = rows % 64;
  if (rest == 0) return ones;
  const std::uint64_t below = (std::uint64_t{1} << rest) - 1;
  return ones + static_cast<std::size_t>(std::popcount(bits[rows / 64] & below));
}

}  // namespace varve::vector
