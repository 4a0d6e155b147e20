#include "platform/cli/sample_events.h"

#include <gtest/gtest.h>

#include "platform/cli/terminal.h"
#include "platform/sample/timeline.h"

namespace varve::cli {
namespace {

constexpr std::chrono::sys_days kToday = std::chrono::year(2026) / 11 / 25;

TEST(SettingsForRate, GiveThatManyEventsASecondOverADay) {
  const auto events = [](double rate, int hours) {
    sample::Timeline timeline(settings_for_rate({.seed = 1, .anchor = kToday}, rate), kToday);
    std::size_t count = 0;
    for (int hour = 0; hour < hours; ++hour) count += timeline.next_hour().size();
    return double(count) / (hours * 3600);
  };
  EXPECT_NEAR(events(kLeastRate, 24), kLeastRate, 0.05);
  EXPECT_NEAR(events(3, 24), 3, 0.1);
  EXPECT_NEAR(events(kLargestRate, 1), kLargestRate, 1)
      << "the night's business does not matter here";
}

TEST(Terminal, GroupsDigits) {
  EXPECT_EQ(grouped(0), "0");
  EXPECT_EQ(grouped(999), "999");
  EXPECT_EQ(grouped(1000), "1,000");
  EXPECT_EQ(grouped(1234567), "1,234,567");
  EXPECT_EQ(grouped(-100), "-100");
  EXPECT_EQ(grouped(-1000), "-1,000");
}

}  // namespace
}  // namespace varve::cli
