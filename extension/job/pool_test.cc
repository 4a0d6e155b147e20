#include "extension/job/pool.h"

#include <gtest/gtest.h>
#include <vector>

namespace varve::job {
namespace {

using enum WorkerState;
using Kind = Choice::Kind;

TEST(ChooseWorker, Table) {
  const struct {
    const char* why;
    std::vector<Worker> pool;
    int reserved;
    Kind kind;
    int slot;
  } cases[] = {
      {"an idle worker of ours", {{kFree}, {kIdle, 1, 10, 5}}, 0, Kind::kUse, 1},
      {"that has worked last",
       {{kIdle, 1, 10, 5}, {kIdle, 1, 10, 9}, {kIdle, 1, 10, 7}},
       0,
       Kind::kUse,
       1},
      {"not of another role", {{kIdle, 1, 11, 5}, {kFree}}, 0, Kind::kStart, 1},
      {"not of another database", {{kIdle, 2, 10, 5}, {kFree}}, 0, Kind::kStart, 1},
      {"the longest idle of others leaves",
       {{kRunning, 1, 10, 1}, {kIdle, 2, 10, 9}, {kIdle, 3, 10, 5}},
       0,
       Kind::kEvict,
       2},
      {"one is leaving already", {{kLeaving, 2, 10, 9}, {kIdle, 3, 10, 5}}, 0, Kind::kWait, -1},
      {"all are busy",
       {{kRunning, 1, 10, 1}, {kFinished, 1, 10, 1}, {kStarting, 2, 10, 1}},
       0,
       Kind::kWait,
       -1},
      {"the only free slot is another's", {{kFree}, {kRunning, 1, 10, 1}}, 1, Kind::kWait, -1},
      {"a second one is ours", {{kFree}, {kFree}}, 1, Kind::kStart, 0},
      {"an idle one of ours makes room for who waits longer",
       {{kIdle, 1, 10, 5}},
       3,
       Kind::kEvict,
       0},
      {"not where there is room", {{kIdle, 1, 10, 5}, {kFree}}, 1, Kind::kUse, 0},
      {"nor where another leaves", {{kIdle, 1, 10, 5}, {kLeaving, 2, 10, 1}}, 1, Kind::kUse, 0},
      {"no pool", {}, 0, Kind::kWait, -1},
  };
  for (const auto& c : cases) {
    const Choice choice = choose_worker(c.pool, 1, 10, c.reserved);
    EXPECT_EQ(choice.kind, c.kind) << c.why;
    EXPECT_EQ(choice.slot, c.slot) << c.why;
  }
}

}  // namespace
}  // namespace varve::job
