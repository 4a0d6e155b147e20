#include "extension/columnstore/conversion_plan.h"

#include <gtest/gtest.h>
#include <memory>
#include <string>
#include <vector>

namespace varve::columnstore {
namespace {

constexpr std::uint32_t kFull = 65536;

/// A group of rows whose first key lies in [first, last]; without a known key where last < first.
GroupState group(std::uint32_t rows, std::uint32_t dead, std::uint64_t first = 1,
                 std::uint64_t last = 0) {
  GroupState state = {rows, dead, {}};
  state.keys[0] = {first, last, first <= last};
  return state;
}

/// '*' for each group that is written anew, '.' for each that is not.
std::string chosen(const std::vector<GroupState>& groups, std::uint64_t late) {
  const auto flags = std::make_unique<bool[]>(groups.size() + 1);
  choose_groups(groups, late, flags.get());
  std::string result;
  for (std::size_t i = 0; i < groups.size(); ++i) result += flags[i] ? '*' : '.';
  return result;
}

std::vector<GroupState> full_groups(std::size_t count) {
  std::vector<GroupState> groups;
  for (std::size_t i = 0; i < count; ++i) groups.push_back(group(kFull, 0, i * 10, i * 10 + 10));
  return groups;
}

std::vector<GroupState> with(std::vector<GroupState> groups, const GroupState& last) {
  groups.push_back(last);
  return groups;
}

TEST(HasManyDead, IsMoreThanOneInSixtyFour) {
  EXPECT_FALSE(has_many_dead(group(kFull, 0)));
  EXPECT_FALSE(has_many_dead(group(kFull, kFull / 64)));
  EXPECT_TRUE(has_many_dead(group(kFull, kFull / 64 + 1)));
  EXPECT_FALSE(has_many_dead(group(64, 1)));
  EXPECT_TRUE(has_many_dead(group(63, 1)));
}

TEST(ChooseGroups, Table) {
  auto ten = full_groups(10);
  auto few_dead = ten, many_dead = ten, most_dead = ten, wide = ten;
  few_dead[3].dead = kFull / 64;
  many_dead[3].dead = kFull / 64 + 1;
  most_dead[1].dead = most_dead[2].dead = most_dead[3].dead = kFull / 50;
  for (GroupState& each : wide) each.rows = 5000;
  const struct {
    const char* why;
    std::vector<GroupState> groups;
    std::uint64_t late;
    const char* chosen;
  } cases[] = {
      {"no rows, no groups", {}, 0, ""},
      {"a first conversion", {}, 1000, ""},
      {"nothing to do", ten, 0, ".........."},
      {"late rows get a group of their own", ten, 1000, ".........."},
      {"what they are a quarter of is written anew", ten, 10 * kFull / 3 + 1, "**********"},
      {"less than a quarter is not", ten, 10 * kFull / 3 - 1, ".........."},
      {"few dead rows stay", few_dead, 0, ".........."},
      {"many do not", many_dead, 0, "...*......"},
      {"nor beside late rows", many_dead, 100, "...*......"},
      {"in a quarter of the rows", most_dead, 0, "**********"},
      {"a small group takes late rows", with(ten, group(700, 0)), 100, "..........*"},
      {"but is left alone without any", with(ten, group(700, 0)), 0, "..........."},
      {"takes the rows of others", with(many_dead, group(700, 0)), 0, "...*......*"},
      {"two small ones become one", with(with(ten, group(700, 0)), group(900, 0)), 0,
       "..........**"},
      {"half full is small", with(ten, group(kFull / 2, 0)), 1, "..........*"},
      {"more than half full is not", with(ten, group(kFull / 2 + 1, 0)), 1, "..........."},
      {"groups of wide rows are not small", wide, 100, ".........."},
      {"one group takes what fits into it", {group(30000, 0)}, 10, "*"},
      {"not more", {group(kFull, 0)}, 10, "."},
      {"unless there is nothing to do", {group(30000, 0), group(20000, 0)}, 0, ".."},
  };
  for (const auto& c : cases) EXPECT_EQ(chosen(c.groups, c.late), c.chosen) << c.why;
}

TEST(ChooseGroups, ManyRunsBecomeOne) {
  auto groups = full_groups(50);
  for (std::size_t i = 0; i < 7; ++i) groups.push_back(group(60000, 0, 0, 500));
  EXPECT_EQ(sorted_runs(groups), 8U);
  EXPECT_EQ(chosen(groups, 10), std::string(57, '.'));
  groups.push_back(group(60000, 0, 0, 500));
  EXPECT_EQ(chosen(groups, 10), std::string(58, '*'));
  EXPECT_EQ(chosen(groups, 0), std::string(58, '.')) << "not for its own sake";
}

TEST(SortedRuns, Table) {
  const auto two = [](KeySpan first, KeySpan second) {
    GroupState state = {10, 0, {}};
    state.keys[0] = first;
    state.keys[1] = second;
    return state;
  };
  EXPECT_EQ(sorted_runs({}), 0U);
  EXPECT_EQ(sorted_runs(full_groups(5)), 1U) << "groups that touch are in order";
  EXPECT_EQ(sorted_runs(std::vector{group(1, 0, 5, 9), group(1, 0, 8, 12)}), 2U);
  EXPECT_EQ(sorted_runs(std::vector{group(1, 0), group(1, 0, 8, 12), group(1, 0)}), 1U);
  const KeySpan one = {1, 1, true};
  EXPECT_EQ(sorted_runs(std::vector{two(one, {0, 9, true}), two(one, {10, 19, true})}), 1U);
  EXPECT_EQ(sorted_runs(std::vector{two(one, {0, 9, true}), two(one, {0, 9, true})}), 2U)
      << "the second key orders groups of one segment";
  EXPECT_EQ(sorted_runs(std::vector{two(one, {0, 9, true}), two({1, 2, true}, {0, 9, true})}), 1U);
}

}  // namespace
}  // namespace varve::columnstore
