#include "platform/cli/backlog.h"

#include <gtest/gtest.h>

namespace varve::cli {
namespace {

const Partition kA{"a", 0}, kB{"b", 2};

TEST(Backlog, IsWhatNobodyHasRead) {
  Backlog backlog;
  EXPECT_EQ(backlog.largest_bytes(), 0U);
  backlog.produced(kA, 7, 100);
  backlog.produced(kA, 8, 50);
  backlog.produced(kB, 0, 120);
  EXPECT_EQ(backlog.largest_bytes(), 150U);
  EXPECT_EQ(backlog.messages(), 3U);

  backlog.consumed({{kA, 8}});
  EXPECT_EQ(backlog.largest_bytes(), 120U) << "offset 8 is the next to read, so 7 is read";
  backlog.consumed({{kA, 9}, {kB, 1}, {{"unknown", 0}, 5}});
  EXPECT_EQ(backlog.largest_bytes(), 0U);
  EXPECT_EQ(backlog.messages(), 0U);
}

TEST(Backlog, OldOffsetsFreeNothing) {
  Backlog backlog;
  backlog.produced(kA, 7, 100);
  backlog.consumed({{kA, 3}});
  EXPECT_EQ(backlog.messages(), 1U);
}

}  // namespace
}  // namespace varve::cli
