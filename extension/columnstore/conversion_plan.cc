#include "extension/columnstore/conversion_plan.h"

#include <algorithm>

#include "kernel/codec/validity.h"

namespace varve::columnstore {
namespace {

constexpr std::uint32_t kLivingPerDead = 64;
constexpr std::uint64_t kWholePart = 4;  // all, where a fourth has to be written
constexpr std::size_t kMostRuns = 8;

bool follows(const GroupState& next, const GroupState& group) {
  for (std::size_t i = 0; i < kPlannedKeys; ++i) {
    const KeySpan& a = group.keys[i];
    const KeySpan& b = next.keys[i];
    if (!a.is_known || !b.is_known) return true;
    if (b.first != a.last) return b.first > a.last;
    // Where both have this one value, the next key orders them.
    if (a.first != a.last || b.first != b.last) return true;
  }
  return true;
}

std::uint64_t living(const GroupState& group) { return group.rows - group.dead; }

std::uint32_t largest(std::span<const GroupState> groups) {
  std::uint32_t rows = 0;
  for (const GroupState& group : groups) rows = std::max(rows, group.rows);
  return rows;
}

/// Small groups are of use to each other only.
void add_small_groups(std::span<const GroupState> groups, std::uint64_t late, bool* is_rewritten) {
  const std::uint32_t most = largest(groups) / 2;
  const auto is_small = [&](std::size_t i) { return groups[i].rows <= most && !is_rewritten[i]; };
  std::size_t others = late > 0 ? 1 : 0;
  for (std::size_t i = 0; i < groups.size(); ++i) others += is_rewritten[i] || is_small(i) ? 1 : 0;
  if (others < 2) return;
  for (std::size_t i = 0; i < groups.size(); ++i) is_rewritten[i] = is_rewritten[i] || is_small(i);
}

bool is_worth_all(std::span<const GroupState> groups, std::uint64_t late,
                  const bool* is_rewritten) {
  std::uint64_t all = late;
  std::uint64_t rewritten = late;
  for (std::size_t i = 0; i < groups.size(); ++i) {
    all += living(groups[i]);
    if (is_rewritten[i]) rewritten += living(groups[i]);
  }
  const bool has_work =
      std::any_of(is_rewritten, is_rewritten + groups.size(), [](bool b) { return b; }) || late > 0;
  if (!has_work) return false;
  const bool is_one_group = groups.size() == 1 && all <= codec::kMaxRows;
  return is_one_group || rewritten * kWholePart >= all || sorted_runs(groups) > kMostRuns;
}

}  // namespace

bool has_many_dead(const GroupState& group) {
  return std::uint64_t{group.dead} * kLivingPerDead > group.rows;
}

std::size_t sorted_runs(std::span<const GroupState> groups) {
  std::size_t runs = groups.empty() ? 0 : 1;
  for (std::size_t i = 1; i < groups.size(); ++i) runs += follows(groups[i], groups[i - 1]) ? 0 : 1;
  return runs;
}

void choose_groups(std::span<const GroupState> groups, std::uint64_t late, bool* is_rewritten) {
  for (std::size_t i = 0; i < groups.size(); ++i) is_rewritten[i] = has_many_dead(groups[i]);
  add_small_groups(groups, late, is_rewritten);
  if (is_worth_all(groups, late, is_rewritten)) {
    std::fill_n(is_rewritten, groups.size(), true);
  }
}

}  // namespace varve::columnstore
