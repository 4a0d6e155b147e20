#include "extension/continuous_aggregate/range_set.h"

#include <algorithm>

namespace varve::continuous_aggregate {
namespace {

/// Never negative, whatever the ends: gaps lie between ascending ranges.
std::uint64_t gap(Range before, Range after) {
  return static_cast<std::uint64_t>(after.begin) - static_cast<std::uint64_t>(before.end);
}

}  // namespace

Ranges merged(Ranges ranges) {
  std::erase_if(ranges, is_empty);
  std::ranges::sort(ranges, {}, &Range::begin);
  Ranges result;
  for (const Range& range : ranges) {
    if (!result.empty() && range.begin <= result.back().end) {
      result.back().end = std::max(result.back().end, range.end);
    } else {
      result.push_back(range);
    }
  }
  return result;
}

Range common(Range a, Range b) { return {std::max(a.begin, b.begin), std::min(a.end, b.end)}; }

Ranges common(const Ranges& ranges, Range window) {
  Ranges result;
  for (const Range& range : ranges) {
    const Range part = common(range, window);
    if (!is_empty(part)) result.push_back(part);
  }
  return result;
}

Ranges without(const Ranges& ranges, const Ranges& taken) {
  Ranges result;
  for (Range rest : ranges) {
    for (const Range& hole : taken) {
      if (!overlap(rest, hole)) continue;
      if (rest.begin < hole.begin) result.push_back({rest.begin, hole.begin});
      rest.begin = hole.end;
    }
    if (!is_empty(rest)) result.push_back(rest);
  }
  return result;
}

void RangeSet::add(Range range) {
  if (is_empty(range)) return;
  // The first range that the new one is near to, and behind the last.
  const auto first = std::ranges::partition_point(
      ranges_, [&](const Range& known) { return !is_near(known.end, range.begin); });
  auto last = first;
  while (last != ranges_.end() && is_near(range.end, last->begin)) {
    range = {std::min(range.begin, last->begin), std::max(range.end, last->end)};
    ++last;
  }
  last_ = static_cast<std::size_t>(first - ranges_.begin());
  if (first == last) {
    ranges_.insert(first, range);
  } else {
    *first = range;
    ranges_.erase(first + 1, last);
  }
  if (ranges_.size() > limit_) merge_closest();
}

void RangeSet::merge_closest() {
  std::size_t closest = 0;
  for (std::size_t i = 1; i + 1 < ranges_.size(); ++i) {
    if (gap(ranges_[i], ranges_[i + 1]) < gap(ranges_[closest], ranges_[closest + 1])) closest = i;
  }
  ranges_[closest].end = ranges_[closest + 1].end;
  ranges_.erase(ranges_.begin() + static_cast<std::ptrdiff_t>(closest) + 1);
  last_ = closest;
}

}  // namespace varve::continuous_aggregate
