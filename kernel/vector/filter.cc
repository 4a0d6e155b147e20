#include "kernel/vector/filter.h"

#include <algorithm>
#include <cassert>
#include <cmath>
#include <cstring>
#include <limits>

#include "kernel/codec/level.h"

namespace varve::vector {
namespace {

constexpr IntegerRange kNoIntegers{1, 0};
constexpr double kInfinity = std::numeric_limits<double>::infinity();

/// With more elements than this, look each value up.
constexpr std::size_t kFewElements = 8;

/// passes[i] = combine(passes[i], marks[i]), eight bytes of 0 or 1 at a time.
template <class Combine>
void by_eight(std::span<const bool> marks, Passes passes, Combine combine) {
  static_assert(sizeof(bool) == 1);
  assert(marks.size() == passes.size());
  const auto step = [&](std::size_t i, std::size_t n) {
    std::uint64_t pass = 0, mark = 0;
    std::memcpy(&pass, passes.data() + i, n);
    std::memcpy(&mark, marks.data() + i, n);
    pass = combine(pass, mark);
    std::memcpy(passes.data() + i, &pass, n);
  };
  std::size_t i = 0;
  for (; i + 8 <= passes.size(); i += 8) step(i, 8);
  if (i < passes.size()) step(i, passes.size() - i);
}

}  // namespace

IntegerRange matching(Comparison comparison, std::int64_t value) noexcept {
  using Limits = std::numeric_limits<std::int64_t>;
  switch (comparison) {
    case Comparison::kLess:
      return value == Limits::min() ? kNoIntegers : IntegerRange{Limits::min(), value - 1};
    case Comparison::kLessEqual: return {Limits::min(), value};
    case Comparison::kEqual: return {value, value};
    case Comparison::kGreaterEqual: return {value, Limits::max()};
    case Comparison::kGreater:
      return value == Limits::max() ? kNoIntegers : IntegerRange{value + 1, Limits::max()};
  }
  return kNoIntegers;
}

DoubleRange matching(Comparison comparison, double value) noexcept {
  const DoubleRange nothing{kInfinity, -kInfinity, false};
  const bool is_nan = std::isnan(value);
  switch (comparison) {
    case Comparison::kLess:
      if (is_nan) return {-kInfinity, kInfinity, false};
      if (value == -kInfinity) return nothing;
      return {-kInfinity, std::nextafter(value, -kInfinity), false};
    case Comparison::kLessEqual: return {-kInfinity, is_nan ? kInfinity : value, is_nan};
    case Comparison::kEqual:
      return is_nan ? DoubleRange{kInfinity, -kInfinity, true} : DoubleRange{value, value, false};
    case Comparison::kGreaterEqual:
      return {is_nan ? kInfinity : value, is_nan ? -kInfinity : kInfinity, true};
    case Comparison::kGreater:
      if (is_nan) return nothing;
      if (value == kInfinity) return {kInfinity, -kInfinity, true};
      return {std::nextafter(value, kInfinity), kInfinity, true};
  }
  return nothing;
}

void keep(std::span<const std::int64_t> values, IntegerRange range, Passes passes) noexcept {
  assert(values.size() == passes.size());
  codec::kernels().keep_integers(values.data(), values.size(), range.low, range.high,
                                 passes.data());
}

void keep(std::span<const double> values, DoubleRange range, Passes passes) noexcept {
  assert(values.size() == passes.size());
  codec::kernels().keep_doubles(values.data(), values.size(), range.low, range.high,
                                range.takes_nan, passes.data());
}

void keep_any(std::span<const std::int64_t> values, std::span<const std::int64_t> set,
              Passes passes) noexcept {
  assert(values.size() == passes.size());
  const auto among = [&](std::int64_t value) {
    if (set.size() > kFewElements) return std::binary_search(set.begin(), set.end(), value);
    return std::find(set.begin(), set.end(), value) != set.end();
  };
  for (std::size_t i = 0; i < values.size(); ++i) {
    if (passes[i] != 0 && !among(values[i])) passes[i] = 0;
  }
}

void drop(std::span<const bool> dropped, Passes passes) noexcept {
  by_eight(dropped, passes, [](std::uint64_t pass, std::uint64_t mark) { return pass & ~mark; });
}

void keep_only(std::span<const bool> kept, Passes passes) noexcept {
  by_eight(kept, passes, [](std::uint64_t pass, std::uint64_t mark) { return pass & mark; });
}

void drop_bits(std::span<const std::uint64_t> bits, Passes passes) noexcept {
  for (std::size_t i = 0; i < passes.size(); ++i) {
    passes[i] &= static_cast<std::uint8_t>(~(bits[i / 64] >> i % 64) & 1);
  }
}

std::size_t positions(Passes passes, std::uint16_t* out) noexcept {
  std::size_t count = 0;
  std::size_t i = 0;
  // Most vectors pass as a whole, or hardly at all.
  for (; i + 8 <= passes.size(); i += 8) {
    std::uint64_t eight;
    std::memcpy(&eight, passes.data() + i, sizeof eight);
    if (eight == 0) continue;
    for (std::size_t k = i; k < i + 8; ++k) {
      out[count] = static_cast<std::uint16_t>(k);
      count += passes[k];
    }
  }
  for (; i < passes.size(); ++i) {
    out[count] = static_cast<std::uint16_t>(i);
    count += passes[i];
  }
  return count;
}

}  // namespace varve::vector
