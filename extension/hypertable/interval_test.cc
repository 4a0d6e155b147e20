#include "extension/hypertable/interval.h"

#include <gtest/gtest.h>
#include <limits>

#include "kernel/base/error.h"

namespace varve::hypertable {
namespace {

using Type = DimensionType;
using Form = RequestedWidth::Form;

constexpr std::int64_t kDay = 86'400'000'000;
constexpr auto kLast = std::numeric_limits<std::int64_t>::max();

RequestedWidth integer(std::int64_t value) { return {Form::kInteger, value, 0, 0, 0}; }
RequestedWidth interval(std::int32_t months, std::int32_t days, std::int64_t microseconds) {
  return {Form::kInterval, 0, months, days, microseconds};
}

TEST(ChunkInterval, Table) {
  const struct {
    const char* why;
    Type type;
    RequestedWidth request;
    std::int64_t width;
  } cases[] = {
      {"default of times", Type::kTimestamptz, {}, 7 * kDay},
      {"default of dates", Type::kDate, {}, 7 * kDay},
      {"default of smallint", Type::kSmallint, {}, 10'000},
      {"default of integer", Type::kInteger, {}, 100'000},
      {"default of bigint", Type::kBigint, {}, 1'000'000},
      {"integer microseconds for a time", Type::kTimestamp, integer(kDay), kDay},
      {"months of 30 days", Type::kTimestamptz, interval(1, 1, 5), 31 * kDay + 5},
      {"parts of both signs", Type::kTimestamptz, interval(1, -29, 0), kDay},
      {"hours that make a day", Type::kDate, interval(0, 0, kDay), kDay},
      {"widest smallint", Type::kSmallint, integer(32'767), 32'767},
      {"widest bigint", Type::kBigint, integer(kLast), kLast},
      {"one microsecond", Type::kTimestamptz, interval(0, 0, 1), 1},
  };
  for (const auto& c : cases) EXPECT_EQ(chunk_interval(c.type, c.request), c.width) << c.why;
}

TEST(DefaultInterval, Table) {
  const struct {
    const char* why;
    Type type;
    RequestedWidth chosen;
    std::int64_t width;
  } cases[] = {
      {"nothing is chosen", Type::kTimestamptz, {}, 7 * kDay},
      {"times take what is chosen", Type::kTimestamp, interval(0, 0, 5), 5},
      {"so does uuid", Type::kUuid, integer(kDay), kDay},
      {"dates take whole days", Type::kDate, interval(0, 2, 0), 2 * kDay},
      {"dates round up", Type::kDate, interval(0, 1, 1), 2 * kDay},
      {"integers have their own", Type::kBigint, interval(0, 1, 0), 1'000'000},
  };
  for (const auto& c : cases) EXPECT_EQ(default_interval(c.type, c.chosen), c.width) << c.why;
  EXPECT_THROW(default_interval(Type::kDate, integer(0)), Error);
}

TEST(ChunkInterval, Refusals) {
  const struct {
    const char* why;
    Type type;
    RequestedWidth request;
  } cases[] = {
      {"zero", Type::kTimestamptz, integer(0)},
      {"zero interval", Type::kTimestamptz, interval(0, 0, 0)},
      {"negative", Type::kBigint, integer(-1)},
      {"negative in total", Type::kTimestamptz, interval(1, -31, 0)},
      {"interval for an integer", Type::kInteger, interval(0, 1, 0)},
      {"too wide for smallint", Type::kSmallint, integer(32'768)},
      {"too wide for integer", Type::kInteger, integer(2'147'483'648)},
      {"part of a day for a date", Type::kDate, interval(0, 0, kDay / 2)},
      {"overflow in days", Type::kTimestamptz, interval(2'147'483'647, 0, 0)},
      {"overflow in the sum", Type::kTimestamptz, interval(0, 106'751'991, kLast)},
  };
  for (const auto& c : cases) EXPECT_THROW(chunk_interval(c.type, c.request), Error) << c.why;
}

TEST(ChunkInterval, IntegerBelowASecondLooksMistaken) {
  EXPECT_TRUE(looks_mistaken(Type::kTimestamptz, integer(86'400)));
  EXPECT_FALSE(looks_mistaken(Type::kTimestamptz, integer(kDay)));
  EXPECT_FALSE(looks_mistaken(Type::kTimestamptz, interval(0, 0, 1000)));
  EXPECT_FALSE(looks_mistaken(Type::kBigint, integer(10)));
}

}  // namespace
}  // namespace varve::hypertable
