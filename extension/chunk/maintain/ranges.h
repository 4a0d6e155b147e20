#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>

#include "extension/chunk/slice.h"

// Decisions of merging and splitting.
namespace varve::chunk {

/// The first of the slices, in ascending order, that does not begin where the one before it ends.
std::optional<std::size_t> first_gap(std::span<const Slice> slices);

/// The middle of the slice, rounded down; its begin where it has only one value.
std::int64_t middle_of(Slice slice);

/// Whether both parts of the slice hold something when it is cut at `point`.
constexpr bool cuts(std::int64_t point, Slice slice) {
  return slice.begin < point && point < slice.end;
}

constexpr bool overlap(Slice a, Slice b) { return a.begin < b.end && b.begin < a.end; }

}  // namespace varve::chunk
