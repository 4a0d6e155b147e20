#include "kernel/codec/alp_rd.h"

#include <algorithm>
#include <bit>

#include "kernel/codec/level.h"
#include "kernel/codec/window.h"

namespace varve::codec {
namespace {

struct Count {
  std::uint16_t left;
  std::uint16_t count;
};

AlpRdChoice parted_at(std::span<const double> sample, unsigned right) {
  std::array<std::uint16_t, kVectorRows> lefts;
  const std::size_t n = std::min(sample.size(), lefts.size());
  for (std::size_t i = 0; i < n; ++i) {
    lefts[i] = static_cast<std::uint16_t>(std::bit_cast<std::uint64_t>(sample[i]) >> right);
  }
  std::sort(lefts.begin(), lefts.begin() + n);
  std::array<Count, kVectorRows> counts;
  std::size_t distinct = 0;
  for (std::size_t i = 0; i < n; ++i) {
    if (i == 0 || lefts[i] != lefts[i - 1]) counts[distinct++] = {lefts[i], 0};
    ++counts[distinct - 1].count;
  }
  const std::size_t kept = std::min<std::size_t>(distinct, 8);
  std::partial_sort(counts.begin(), counts.begin() + kept, counts.begin() + distinct,
                    [](const Count& a, const Count& b) {
                      return a.count != b.count ? a.count > b.count : a.left < b.left;
                    });
  AlpRdChoice choice;
  choice.parts.right = right;
  choice.parts.entries = static_cast<unsigned>(kept);
  std::size_t covered = 0;
  for (std::size_t i = 0; i < kept; ++i) {
    choice.parts.left[i] = counts[i].left;
    covered += counts[i].count;
  }
  const unsigned code_bits = kept < 2 ? 0 : width_of(kept - 1);
  choice.bits = right + code_bits + 8.0 * kExceptionBytes * double(n - covered) / double(n);
  return choice;
}

}  // namespace

unsigned AlpRd::code(std::uint64_t bits) const {
  const auto part = static_cast<std::uint16_t>(bits >> right);
  return static_cast<unsigned>(std::find(left.begin(), left.begin() + entries, part) -
                               left.begin());
}

AlpRdChoice choose_alp_rd(std::span<const double> sample) {
  AlpRdChoice best;
  if (sample.empty()) return best;
  // A quarter of the sample finds the place; all of it the left parts, some of which are rare.
  std::array<double, kVectorRows / 4> few;
  std::size_t n = 0;
  for (std::size_t i = 0; i < sample.size() && n < few.size(); i += 4) few[n++] = sample[i];
  for (unsigned right = 48; right < 64; ++right) {
    const AlpRdChoice choice = parted_at(std::span(few).first(n), right);
    if (choice.bits < best.bits) best = choice;
  }
  return best.bits < 64 ? parted_at(sample, best.parts.right) : best;
}

}  // namespace varve::codec
