#include "platform/ingest/instant.h"

#include <cstdint>
#include <gtest/gtest.h>
#include <optional>

namespace varve::ingest {
namespace {

using Microseconds = std::optional<std::int64_t>;

Microseconds count(std::optional<Instant> instant) {
  if (!instant) return std::nullopt;
  return instant->time_since_epoch().count();
}

TEST(ParseDateTime, Table) {
  const struct {
    const char* why;
    const char* text;
    Microseconds us;
  } cases[] = {
      {"the epoch", "1970-01-01T00:00:00Z", 0},
      {"milliseconds", "2026-11-22T13:05:00.123Z", 1795352700123000},
      {"nanoseconds are cut off", "2026-11-22T13:05:00.123456789Z", 1795352700123456},
      {"east of UTC", "2026-11-22T14:05:00+01:00", 1795352700000000},
      {"west of UTC", "2026-11-22T07:35:00-0530", 1795352700000000},
      {"hours only", "2026-11-22T14:05:00+01", 1795352700000000},
      {"lower case", "2026-11-22t13:05:00z", 1795352700000000},
      {"a space", "2026-11-22 13:05:00Z", 1795352700000000},
      {"29 February of a leap year", "2024-02-29T00:00:00Z", 1709164800000000},
      {"29 February of another", "2026-02-29T00:00:00Z", std::nullopt},
      {"a leap second", "2016-12-31T23:59:60Z", 1483228800000000},
      {"a leap second elsewhere", "2017-01-01T00:59:60+01:00", 1483228800000000},
      {"second 60 within the day", "2016-12-31T12:00:60Z", std::nullopt},
      {"before 1970", "1969-12-31T23:59:59.5Z", -500000},
      {"no zone", "2026-11-22T13:05:00", std::nullopt},
      {"no seconds", "2026-11-22T13:05Z", std::nullopt},
      {"a date", "2026-11-22", std::nullopt},
      {"a point without digits", "2026-11-22T13:05:00.Z", std::nullopt},
      {"hour 24", "2026-11-22T24:00:00Z", std::nullopt},
      {"month 13", "2026-13-22T13:05:00Z", std::nullopt},
      {"zone beyond a day", "2026-11-22T13:05:00+24:00", std::nullopt},
      {"something behind", "2026-11-22T13:05:00Zx", std::nullopt},
      {"digits of another kind", "2026-11-22T13:0a:00Z", std::nullopt},
      {"empty", "", std::nullopt},
  };
  for (const auto& c : cases) EXPECT_EQ(count(parse_date_time(c.text)), c.us) << c.why;
}

TEST(ParseEpoch, Table) {
  const struct {
    const char* why;
    const char* token;
    Microseconds us;
  } cases[] = {
      {"seconds", "1795352700", 1795352700000000},
      {"seconds and nanoseconds", "1795352700.123456789", 1795352700123456},
      {"a short fraction", "1795352700.5", 1795352700500000},
      {"milliseconds", "1795352700123", 1795352700123000},
      {"milliseconds with a fraction", "1795352700123.5", 1795352700123500},
      {"the last second", "99999999999", 99999999999000000},
      {"the first millisecond", "100000000000", 100000000000000},
      {"zero", "0", 0},
      {"negative", "-1.5", -1500000},
      {"with an exponent", "1.7953527E9", 1795352700000000},
      {"beyond year 9999", "999999999999999", std::nullopt},
      {"beyond 64 bits", "99999999999999999999", std::nullopt},
      {"a huge exponent", "1e300", std::nullopt},
      {"not a number", "abc", std::nullopt},
      {"two signs", "--1", std::nullopt},
      {"empty", "", std::nullopt},
  };
  for (const auto& c : cases) EXPECT_EQ(count(parse_epoch(c.token)), c.us) << c.why;
}

TEST(Rfc3339, InvertsParsing) {
  for (const char* text : {"1970-01-01T00:00:00.000Z", "2026-11-22T13:05:09.123Z",
                           "1969-12-31T23:59:59.999Z", "0001-01-01T00:00:00.000Z"}) {
    EXPECT_EQ(rfc3339(*parse_date_time(text)), text);
  }
}

}  // namespace
}  // namespace varve::ingest
