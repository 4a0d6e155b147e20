#include "kernel/calendar/bucket.h"

#include <gtest/gtest.h>
#include <limits>

#include "kernel/base/error.h"

namespace varve::calendar {
namespace {

constexpr TimePoint at(std::int64_t us) { return TimePoint(Duration(us)); }
constexpr std::int64_t kLast = std::numeric_limits<std::int64_t>::max();

TEST(BucketStart, Table) {
  const struct {
    const char* why;
    std::int64_t time, width, origin, start;
  } cases[] = {
      {"on the boundary", 20, 10, 0, 20},
      {"inside", 27, 10, 0, 20},
      {"before the epoch rounds down", -1, 10, 0, -10},
      {"origin shifts the grid", 27, 10, 3, 23},
      {"origin after the time", 1, 10, 1003, -7},
      {"no overflow from time - origin", kLast, 10, -kLast, kLast - 4},
  };
  for (const auto& c : cases) {
    EXPECT_EQ(bucket_start(at(c.time), Duration(c.width), at(c.origin)), at(c.start)) << c.why;
  }
}

TEST(BucketStart, RefusesAnEmptyBucket) {
  EXPECT_THROW(bucket_start(at(0), Duration(0), at(0)), Error);
}

}  // namespace
}  // namespace varve::calendar
