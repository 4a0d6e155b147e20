#pragma once

#include <span>

namespace varve::chunk {

/// Whether the ranges of partitions do not overlap. `parts` holds, for the space below each of
/// their ordered bounds and for that above the last one, the number of its partition, or -1 where
/// there is none: the shape of PartitionBoundInfoData::indexes. `count` is how many there are.
///
/// Of ranges that overlap, PostgreSQL makes a list in which a partition is lost, or two gaps lie
/// side by side.
bool are_disjoint(std::span<const int> parts, int count) noexcept;

}  // namespace varve::chunk
