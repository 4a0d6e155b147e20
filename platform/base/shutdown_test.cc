#include "platform/base/shutdown.h"

#include <condition_variable>
#include <csignal>
#include <gtest/gtest.h>
#include <mutex>
#include <unistd.h>

namespace varve {
namespace {

bool stopped_within(const std::stop_token& token, std::chrono::seconds limit) {
  std::mutex mutex;
  std::condition_variable_any wakeup;
  std::unique_lock lock(mutex);
  wakeup.wait_for(lock, token, limit, [] { return false; });
  return token.stop_requested();
}

TEST(Shutdown, ASignalBecomesAStopRequest) {
  const Shutdown shutdown{std::chrono::seconds(60)};
  EXPECT_FALSE(shutdown.token().stop_requested());
  kill(getpid(), SIGTERM);
  EXPECT_TRUE(stopped_within(shutdown.token(), std::chrono::seconds(10)));
}

TEST(Shutdown, WhoDoesNotDrainInTimeIsEnded) {
  EXPECT_EXIT(
      {
        const Shutdown shutdown{std::chrono::milliseconds(1)};
        kill(getpid(), SIGINT);
        for (;;) pause();
      },
      ::testing::ExitedWithCode(1), "out of time");
}

}  // namespace
}  // namespace varve
