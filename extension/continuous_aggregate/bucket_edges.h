#pragma once

#include <concepts>
#include <cstdint>
#include <optional>

#include "extension/continuous_aggregate/range_set.h"

// From ranges to whole buckets. All that is asked of time_bucket() is what its kernel promises:
// buckets follow each other without gap, and each time maps to the start of its own. So widths in
// months, time zones with their changes of the clock, origins and offsets need no rules here.
namespace varve::continuous_aggregate {

/// The coordinate of the start of the bucket that holds a coordinate.
template <class F>
concept StartOf = std::regular_invocable<F, std::int64_t> &&
    std::same_as<std::invoke_result_t<F, std::int64_t>, std::int64_t>;

/// The buckets of an aggregate. `width` is about that of one bucket, and only speeds things up;
/// `highest` is where coordinates end.
template <StartOf F>
class BucketEdges {
 public:
  BucketEdges(F start_of, std::int64_t width, std::int64_t highest)
      : start_of_(start_of), width_(width), highest_(highest) {}

  [[nodiscard]] std::int64_t start_of(std::int64_t time) const { return start_of_(time); }

  /// The first edge after `time`; `highest` where there is none.
  [[nodiscard]] std::int64_t end_of(std::int64_t time) const {
    const std::int64_t start = start_of_(time);
    std::int64_t edge = some_edge_after(start, time);
    // Mostly the next one; else walk back, bucket by bucket.
    while (edge != highest_ || start_of_(highest_ - 1) != start) {
      const std::int64_t before = start_of_(edge - 1);
      if (before == start) break;
      edge = before;
    }
    return edge;
  }

  /// The last edge not after `time`, and the first one not before it.
  [[nodiscard]] std::int64_t floor(std::int64_t time) const { return start_of_(time); }
  [[nodiscard]] std::int64_t ceiling(std::int64_t time) const {
    if (time == highest_) return highest_;
    return start_of_(time) == time ? time : end_of(time);
  }

  /// The buckets that lie in the range, and those that touch it.
  [[nodiscard]] Range inscribed(Range range) const {
    return {ceiling(range.begin), floor(range.end)};
  }
  [[nodiscard]] Range circumscribed(Range range) const {
    return {floor(range.begin), ceiling(range.end)};
  }

 private:
  /// Not before the first edge after `time`, and not far behind it.
  [[nodiscard]] std::int64_t some_edge_after(std::int64_t start, std::int64_t time) const {
    // Times may be negative: highest_ - at could overflow.
    for (std::int64_t step = width_, at = start; at < highest_ - 1 - step; step *= 2) {
      at += step;
      if (at <= time) continue;
      if (const std::int64_t edge = start_of_(at); edge > time) return edge;
      if (step > highest_ / 4) break;
    }
    return highest_;
  }

  F start_of_;
  std::int64_t width_;
  std::int64_t highest_;
};

/// An edge of `upper` among `count` from `from` on that is no edge of `lower`: then a bucket of
/// `upper` is not made of whole buckets of `lower`. Nothing where all fit.
template <class Upper, class Lower>
std::optional<std::int64_t> misfit(const Upper& upper, const Lower& lower, std::int64_t from,
                                   int count) {
  for (std::int64_t edge = upper.floor(from); count > 0; --count) {
    if (lower.floor(edge) != edge) return edge;
    edge = upper.end_of(edge);
  }
  return std::nullopt;
}

}  // namespace varve::continuous_aggregate
