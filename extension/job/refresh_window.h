#pragma once

#include <cstdint>
#include <limits>
#include <optional>

namespace varve::job {

/// What a refresh policy covers: from `start` before now to `end` before now; without a bound, all
/// there is on that side. Microseconds or integers.
struct RefreshWindow {
  std::optional<std::int64_t> start;
  std::optional<std::int64_t> end;
};

/// Whether the window holds `count` buckets of `width` wherever now lies in a bucket.
constexpr bool holds_buckets(const RefreshWindow& window, std::int64_t width, int count) {
  if (!window.start || !window.end) return true;
  std::int64_t length = 0;
  if (__builtin_sub_overflow(*window.start, *window.end, &length)) return *window.start > 0;
  return length / count >= width;
}

/// Whether two windows have a time in common.
constexpr bool overlap(const RefreshWindow& a, const RefreshWindow& b) {
  using Limits = std::numeric_limits<std::int64_t>;
  const auto start = [](const RefreshWindow& w) { return w.start.value_or(Limits::max()); };
  const auto end = [](const RefreshWindow& w) { return w.end.value_or(Limits::min()); };
  return start(a) > end(b) && start(b) > end(a);
}

}  // namespace varve::job
