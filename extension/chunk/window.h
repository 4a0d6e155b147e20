#pragma once

#include <cstdint>
#include <limits>

#include "extension/chunk/slice.h"

namespace varve::chunk {

/// A stretch of time, or of integers, that show_chunks() and drop_chunks() are asked for; without
/// bounds all of it.
struct Window {
  std::int64_t from = std::numeric_limits<std::int64_t>::min();
  std::int64_t to = std::numeric_limits<std::int64_t>::max();
};

/// Whether the whole chunk lies in the window: nothing that was not asked for is ever dropped.
constexpr bool lies_in(Slice slice, Window window) {
  return slice.begin >= window.from && slice.end <= window.to;
}

/// Whether a chunk was created strictly between the ends of the window, where these are given.
constexpr bool created_in(std::int64_t created, Window window) {
  using Limits = std::numeric_limits<std::int64_t>;
  return (window.from == Limits::min() || created > window.from) &&
         (window.to == Limits::max() || created < window.to);
}

}  // namespace varve::chunk
