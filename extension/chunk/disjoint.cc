#include "extension/chunk/disjoint.h"

#include <algorithm>

namespace varve::chunk {

bool are_disjoint(std::span<const int> parts, int count) noexcept {
  const auto is_gap = [](int part) { return part < 0; };
  if (std::count_if(parts.begin(), parts.end(), is_gap) + count != std::ssize(parts)) return false;
  const auto both = [&](int a, int b) { return is_gap(a) && is_gap(b); };
  return std::adjacent_find(parts.begin(), parts.end(), both) == parts.end();
}

}  // namespace varve::chunk
