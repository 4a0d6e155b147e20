#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

// Stretches of a primary dimension, in the coordinates of chunk::Slice: what changed, what an
// aggregate has yet to recompute, what it must keep.
namespace varve::continuous_aggregate {

/// [begin, end)
struct Range {
  std::int64_t begin;
  std::int64_t end;

  friend bool operator==(const Range&, const Range&) = default;
};
using Ranges = std::vector<Range>;

inline bool is_empty(Range range) { return range.begin >= range.end; }
inline bool overlap(Range a, Range b) { return a.begin < b.end && b.begin < a.end; }

/// The same points in ascending order, in the fewest ranges.
Ranges merged(Ranges ranges);

/// What lies in both.
Range common(Range a, Range b);
Ranges common(const Ranges& ranges, Range window);

/// What lies in `ranges` and not in `taken`, both merged.
Ranges without(const Ranges& ranges, const Ranges& taken);

/// The values that a transaction has touched, in bounded memory.
///
/// Values less than `grain` apart are one range: an aggregate recomputes whole buckets anyway.
/// Where that leaves more than `limit` ranges, those with the smallest gap between them become one:
/// too much is recomputed, never too little.
class RangeSet {
 public:
  /// Requires grain > 0 and limit > 0.
  explicit RangeSet(std::int64_t grain, std::size_t limit = 256) : grain_(grain), limit_(limit) {}

  /// The largest 64-bit integer is no coordinate.
  void add(std::int64_t value) {
    if (!extends_last(value)) add(Range{value, value + 1});
  }
  void add(Range range);

  /// Ascending, apart from each other.
  [[nodiscard]] const Ranges& ranges() const { return ranges_; }

 private:
  /// Whether the range of the last value has this one by now: most rows come in the order of time.
  bool extends_last(std::int64_t value) {
    if (last_ >= ranges_.size()) return false;
    Range& range = ranges_[last_];
    if (value < range.begin) return false;
    if (value < range.end) return true;
    if (!is_near(range.end, value)) return false;
    if (last_ + 1 < ranges_.size() && is_near(value, ranges_[last_ + 1].begin)) return false;
    range.end = value + 1;
    return true;
  }

  /// Requires low <= high, unless high comes first and is near for that.
  [[nodiscard]] bool is_near(std::int64_t low, std::int64_t high) const {
    return high <= low || static_cast<std::uint64_t>(high) - static_cast<std::uint64_t>(low) <
                              static_cast<std::uint64_t>(grain_);
  }
  void merge_closest();

  std::int64_t grain_;
  std::size_t limit_;
  std::size_t last_ = 0;
  Ranges ranges_;
};

}  // namespace varve::continuous_aggregate
