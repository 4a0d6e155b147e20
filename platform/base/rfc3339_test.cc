#include "platform/base/rfc3339.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

namespace varve {
namespace {

TEST(Rfc3339, Table) {
  const struct {
    const char *text, *time;  // nullptr: refused
  } cases[] = {
      {"2026-11-25T09:00:00Z", "2026-11-25T09:00:00Z"},
      {"2026-11-25t09:00:00.5z", "2026-11-25T09:00:00.500000Z"},
      {"2026-11-25 09:00:00.1234567Z", "2026-11-25T09:00:00.123456Z"},
      {"2026-11-25T09:00Z", "2026-11-25T09:00:00Z"},
      {"2026-11-25T00:30:00+05:30", "2026-11-24T19:00:00Z"},
      {"2026-12-31T23:30:00-01:00", "2027-01-01T00:30:00Z"},
      {"2024-02-29", "2024-02-29T00:00:00Z"},
      {"1969-12-31T23:59:59.999999Z", "1969-12-31T23:59:59.999999Z"},
      {"9999-12-31", "9999-12-31T00:00:00Z"},
      {"", nullptr},
      {"2026-02-29", nullptr},
      {"2026-13-01", nullptr},
      {"2026-11-25T24:00:00Z", nullptr},
      {"2026-11-25T23:59:60Z", nullptr},
      {"2026-11-25T09:00:00", nullptr},
      {"2026-11-25T09:00:00.Z", nullptr},
      {"2026-11-25T09:00:00Zx", nullptr},
      {"2026-11-25T09:00:00+0530", nullptr},
      {"2026-11-25T", nullptr},
      {"0000-01-01", nullptr},
      {"now", nullptr},
      {"1764061200", nullptr},
  };
  for (const auto& c : cases) {
    const auto time = parse_rfc3339(c.text);
    ASSERT_EQ(time.has_value(), c.time != nullptr) << c.text;
    if (time) {
      EXPECT_EQ(format_rfc3339(*time), c.time) << c.text;
    }
  }
}

RC_GTEST_PROP(Rfc3339, ParsingInvertsFormatting, ()) {
  // From year 1 to year 9999.
  const auto micros =
      *rc::gen::inRange<std::int64_t>(-62'135'596'800'000'000, 253'402'300'800'000'000);
  const TimePoint time{std::chrono::microseconds(micros)};
  RC_ASSERT(parse_rfc3339(format_rfc3339(time)) == time);
}

}  // namespace
}  // namespace varve
