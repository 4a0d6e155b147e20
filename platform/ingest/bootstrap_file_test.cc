#include "platform/ingest/bootstrap_file.h"

#include <cstdio>
#include <gtest/gtest.h>
#include <thread>
#include <unistd.h>

namespace varve::ingest {
namespace {

const std::string kPath = testing::TempDir() + "varve.bootstrap." + std::to_string(::getpid());

TEST(BootstrapFile, IsWaitedFor) {
  std::remove(kPath.c_str());
  std::jthread writer([] { write_bootstrap(kPath, "127.0.0.1:1,127.0.0.1:2"); });
  EXPECT_EQ(wait_for_bootstrap(kPath, {}), "127.0.0.1:1,127.0.0.1:2");
  writer.join();
  std::remove(kPath.c_str());
}

TEST(BootstrapFile, IsNotWaitedForAfterAStop) {
  std::stop_source stop;
  std::jthread stopper([&] { stop.request_stop(); });
  EXPECT_EQ(wait_for_bootstrap("/nonexistent/file", stop.get_token()), std::nullopt);
}

TEST(BootstrapFile, FailsWhereItCannotBeWritten) {
  EXPECT_THROW(write_bootstrap("/nonexistent/file", "x"), std::runtime_error);
}

}  // namespace
}  // namespace varve::ingest
