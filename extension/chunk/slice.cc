#include "extension/chunk/slice.h"

#include <algorithm>
#include <cassert>

namespace varve::chunk {
namespace {

std::int64_t floor_mod(std::int64_t a, std::int64_t m) {
  const std::int64_t remainder = a % m;
  return remainder < 0 ? remainder + m : remainder;
}

}  // namespace

Slice slice_of(std::int64_t value, std::int64_t width, std::int64_t origin, std::int64_t lowest,
               std::int64_t highest) {
  assert(width > 0 && lowest <= value && value < highest);
  // Both remainders lie in [0, width), so their difference cannot overflow; value - origin could.
  const std::int64_t age = floor_mod(floor_mod(value, width) - floor_mod(origin, width), width);
  Slice slice = {lowest, highest};
  std::int64_t bound = 0;
  if (!__builtin_sub_overflow(value, age, &bound) && bound > lowest) slice.begin = bound;
  if (!__builtin_add_overflow(value, width - age, &bound) && bound < highest) slice.end = bound;
  return slice;
}

Slice cut(Slice cell, std::int64_t end_before, std::int64_t begin_after) {
  const Slice part = {std::max(cell.begin, end_before), std::min(cell.end, begin_after)};
  assert(part.begin < part.end);
  return part;
}

}  // namespace varve::chunk
