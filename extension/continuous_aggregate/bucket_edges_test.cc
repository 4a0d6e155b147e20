#include "extension/continuous_aggregate/bucket_edges.h"

#include <gtest/gtest.h>
#include <random>

#include "kernel/calendar/bucket.h"
#include "kernel/calendar/table_zone.h"

namespace varve::continuous_aggregate {
namespace {

using calendar::Duration;
using calendar::TimePoint;

constexpr std::int64_t kHour = 3'600'000'000;
constexpr std::int64_t kDay = 24 * kHour;
constexpr std::int64_t kHighest = 9'223'371'331'200'000'000;  // where timestamps end

/// Months and days by the clock of a zone that changes it twice a year.
struct Buckets {
  calendar::Grid<calendar::LocalTime> grid;
  const calendar::ZoneRules* zone;
  std::int64_t operator()(std::int64_t time) const {
    return calendar::bucket_start(TimePoint(Duration(time)), grid, *zone)
        .time_since_epoch()
        .count();
  }
};

const calendar::TableZone& zone() {
  static const calendar::TableZone rules = [] {
    std::vector<calendar::TableZone::Change> changes;
    for (int year = 0; year < 20; ++year) {
      const std::int64_t begin = year * 365 * kDay;
      changes.push_back({TimePoint(Duration(begin + 85 * kDay)), Duration(2 * kHour)});
      changes.push_back({TimePoint(Duration(begin + 300 * kDay)), Duration(kHour)});
    }
    return calendar::TableZone(Duration(kHour), changes);
  }();
  return rules;
}

BucketEdges<Buckets> edges(calendar::Span width, std::int64_t about) {
  return {Buckets{{.width = width}, &zone()}, about, kHighest};
}

TEST(BucketEdges, EveryEndIsTheNextStart) {
  const BucketEdges<Buckets> all[] = {
      edges({.time = Duration(kHour)}, kHour),
      edges({.days = 1}, kDay),
      edges({.days = 7}, 7 * kDay),
      edges({.months = 1}, 30 * kDay),
      edges({.months = 12}, 360 * kDay),
      edges({.days = 1}, 17 * kDay),  // a poor guess costs time, and nothing else
      edges({.days = 1}, kHour),
  };
  for (std::uint64_t seed = 0; seed < 3'000; ++seed) {
    std::mt19937_64 random(seed);
    const auto& buckets = all[seed % std::size(all)];
    const auto time = static_cast<std::int64_t>(random() % (20 * 365 * kDay));
    const std::int64_t start = buckets.start_of(time);
    const std::int64_t end = buckets.end_of(time);
    ASSERT_GT(end, time) << seed;
    ASSERT_EQ(buckets.start_of(end), end) << seed;
    ASSERT_EQ(buckets.start_of(end - 1), start) << seed;

    const Range range = {time, time + static_cast<std::int64_t>(random() % (90 * kDay))};
    const Range inside = buckets.inscribed(range);
    const Range around = buckets.circumscribed(range);
    ASSERT_LE(around.begin, range.begin);
    ASSERT_GE(around.end, range.end);
    ASSERT_GE(inside.begin, range.begin);
    ASSERT_LE(inside.end, range.end);
    for (const std::int64_t edge : {inside.begin, inside.end, around.begin, around.end}) {
      ASSERT_EQ(buckets.floor(edge), edge) << seed;
      ASSERT_EQ(buckets.ceiling(edge), edge) << seed;
    }
  }
}

TEST(BucketEdges, EndWhereCoordinatesEnd) {
  const auto day = edges({.days = 1}, kDay);
  EXPECT_EQ(day.end_of(kHighest - 1), kHighest);
  EXPECT_EQ(day.ceiling(kHighest), kHighest);
  const auto integers = [](std::int64_t v) { return v >= 0 ? v / 10 * 10 : (v - 9) / 10 * 10; };
  const BucketEdges tens(integers, 10, 128);
  EXPECT_EQ(tens.end_of(125), 128) << "the last bucket is cut";
  EXPECT_EQ(tens.end_of(119), 120);
  EXPECT_EQ(tens.inscribed({-15, 25}), (Range{-10, 20}));
  EXPECT_EQ(tens.circumscribed({-15, 25}), (Range{-20, 30}));
}

TEST(BucketEdges, NegativeTimesTakeNoLonger) {
  int calls = 0;
  const auto of_500 = [&calls](std::int64_t time) {
    if (++calls > 100) ADD_FAILURE() << "walks through all buckets";
    const std::int64_t beyond = ((time - 100) % 500 + 500) % 500;
    return calls > 100 ? time : time - beyond;
  };
  const BucketEdges<decltype(of_500)> integers(of_500, 500, INT64_MAX);
  EXPECT_EQ(integers.end_of(-400), 100);
  EXPECT_EQ(integers.ceiling(-399), 100);
  EXPECT_EQ(integers.end_of(-1'000'000'000), -999'999'900);
  const BucketEdges<decltype(of_500)> times(of_500, 500, kHighest);
  EXPECT_EQ(times.end_of(-100'000'000'000'400), -99'999'999'999'900);
}

TEST(Misfit, Table) {
  const auto hour = edges({.time = Duration(kHour)}, kHour);
  const auto day = edges({.days = 1}, kDay);
  const auto week = edges({.days = 7}, 7 * kDay);
  const auto month = edges({.months = 1}, 30 * kDay);
  const auto quarter = edges({.months = 3}, 90 * kDay);
  EXPECT_FALSE(misfit(day, hour, 0, 500));
  EXPECT_FALSE(misfit(week, day, 0, 500));
  EXPECT_FALSE(misfit(month, day, 0, 100));
  EXPECT_FALSE(misfit(quarter, month, 0, 50));
  EXPECT_TRUE(misfit(month, week, 0, 100)) << "months are not made of weeks";
  EXPECT_TRUE(misfit(week, month, 0, 100));
  EXPECT_TRUE(misfit(hour, day, 0, 100)) << "coarser below finer";
  const BucketEdges<Buckets> utc_day{Buckets{{.width = {.days = 1}},
                                             [] {
                                               static const calendar::TableZone utc(Duration(0),
                                                                                    {});
                                               return &utc;
                                             }()},
                                     kDay, kHighest};
  EXPECT_TRUE(misfit(day, utc_day, 0, 100)) << "another zone";
}

}  // namespace
}  // namespace varve::continuous_aggregate
