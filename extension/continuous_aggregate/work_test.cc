#include "extension/continuous_aggregate/work.h"

#include <gtest/gtest.h>
#include <limits>

namespace varve::continuous_aggregate {
namespace {

using Limits = std::numeric_limits<std::int64_t>;
constexpr Range kAll = {Limits::min(), Limits::max()};

TEST(Work, FutureUpwardsThenPastDownwards) {
  const Situation situation = {.stale = {{0, 10}, {20, 30}, {50, Limits::max()}},
                               .frozen = {},
                               .watermark = 50,
                               .window = kAll,
                               .data = {0, 70},
                               .force = false};
  EXPECT_EQ(work_of(situation, true), (Ranges{{50, 70}, {20, 30}, {0, 10}}));
  EXPECT_EQ(work_of(situation, false), (Ranges{{50, 70}, {0, 10}, {20, 30}}));
}

TEST(Work, StaysInTheWindowAndLeavesFrozenRangesAlone) {
  Situation situation = {.stale = {kAll},
                         .frozen = {{0, 20}, {30, 40}},
                         .watermark = 60,
                         .window = {10, 80},
                         .data = {0, 100},
                         .force = false};
  EXPECT_EQ(work_of(situation, true), (Ranges{{60, 80}, {40, 60}, {20, 30}}));
  situation.stale = {};
  EXPECT_EQ(work_of(situation, true), Ranges{}) << "nothing is stale";
  situation.force = true;
  EXPECT_EQ(work_of(situation, true), (Ranges{{60, 80}, {40, 60}, {20, 30}}))
      << "not even force thaws";
}

TEST(Work, AWatermarkBeforeEverythingMakesAllOfItFuture) {
  const Situation situation = {.stale = {kAll},
                               .frozen = {},
                               .watermark = Limits::min(),
                               .window = kAll,
                               .data = {0, 70},
                               .force = false};
  EXPECT_EQ(work_of(situation, true), (Ranges{{0, 70}}));
}

}  // namespace
}  // namespace varve::continuous_aggregate
