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
/// Ranges are whole cells of a grid of width `grain`: an aggregate recomputes whole buckets anyway,
/// so that neighbours merge at once. Where that leaves more than `limit` ranges, those with the
/// smallest gap between them become one: too much is recomputed, never too little.
class RangeSet {
 public:
  /// Requires grain > 0 and limit > 0.
  explicit RangeSet(std::int64_t grain, std::size_t limit = 256) : grain_(grain), limit_(limit) {}

  /// The largest 64-bit integer is no coordinate.
  void add(std::int64_t value) {
    if (value < last_.begin || value >= last_.end) add_new(value);
  }
  void add(Range range);

  /// Ascending, apart from each other.
  [[nodiscard]] const Ranges& ranges() const { return ranges_; }

 private:
  void add_new(std::int64_t value);
  void merge_closest();

  std::int64_t grain_;
  std::size_t limit_;
  Range last_ = {0, 0};  // where the next value mostly belongs too
  Ranges ranges_;
};

}  // namespace varve::continuous_aggregate
