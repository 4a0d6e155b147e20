#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

// Which row groups of a chunk are written anew when it is converted again.
namespace varve::columnstore {

inline constexpr std::size_t kPlannedKeys = 3;  // of the sort keys, the first ones

/// Where the values of a sort key lie in a group, in the order that rows are sorted by: the key of
/// a descending column is inverted.
struct KeySpan {
  std::uint64_t first;
  std::uint64_t last;
  bool is_known;
};

struct GroupState {
  std::uint32_t rows;
  std::uint32_t dead;  // of them, to everybody
  KeySpan keys[kPlannedKeys];
};

/// Whether so many of a group's rows are dead, more than one in 64, that it is written anew for
/// that alone: their headers take more than the rows do.
bool has_many_dead(const GroupState& group);

/// Into how many runs, each in order, the groups fall in the order of their numbers. Groups without
/// known keys are taken to be in order.
std::size_t sorted_runs(std::span<const GroupState> groups);

/// Sets `is_rewritten`, one for each group, where `late` rows beside the groups become columns too.
///
/// A group is written anew where has_many_dead() says so. One of at most half the rows of the
/// largest is put together with others, if there are any; so the rows that come late, and have
/// groups of their own, end up in few. All are, where that is a quarter of the rows in any case,
/// where one group takes them all, and did, or where they fall into more than eight runs: whoever
/// asks for one segment looks into each.
void choose_groups(std::span<const GroupState> groups, std::uint64_t late, bool* is_rewritten);

}  // namespace varve::columnstore
