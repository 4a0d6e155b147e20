#include <gtest/gtest.h>
#include <map>
#include <set>

#include "platform/sample/format.h"
#include "platform/sample/timeline.h"

using namespace std::chrono_literals;

namespace varve::sample {
namespace {

constexpr std::chrono::sys_days kToday = std::chrono::year(2026) / 11 / 25;

Settings settings_of(std::uint64_t seed) { return {.seed = seed, .anchor = kToday}; }

std::vector<Event> told(Timeline timeline, int hours) {
  std::vector<Event> all;
  for (int i = 0; i < hours; ++i) {
    for (Event& event : timeline.next_hour()) all.push_back(std::move(event));
  }
  return all;
}

const std::vector<Event>& fortnight() {
  static const std::vector<Event> events =
      told(Timeline(settings_of(1), Hour(kToday) - 14 * 24h), 14 * 24);
  return events;
}

std::string bytes(const std::vector<Event>& events) {
  std::string out;
  for (const Event& event : events) {
    append_row(out, event);
    if (is_revenue(event)) append_revenue_row(out, event);
    out += json_of(event);
  }
  return out;
}

template <class Body>
std::vector<std::pair<const Event*, const Body*>> of_kind(const std::vector<Event>& events) {
  std::vector<std::pair<const Event*, const Body*>> found;
  for (const Event& event : events) {
    if (const auto* body = std::get_if<Body>(&event.body); body != nullptr && !event.duplicate) {
      found.emplace_back(&event, body);
    }
  }
  return found;
}

TEST(Sample, SameSeedSameBytes) {
  const auto once = [](std::uint64_t seed) {
    return bytes(told(Timeline(settings_of(seed), Hour(kToday) - 24h), 24));
  };
  EXPECT_EQ(once(7), once(7));
  EXPECT_NE(once(7), once(8));
}

TEST(Sample, TimelineContinuesWhereAnotherEnded) {
  const Hour from = Hour(kToday) - 60h;
  std::vector<Event> parts = told(Timeline(settings_of(3), from), 25);
  for (Event& event : told(Timeline(settings_of(3), from + 25h), 35))
    parts.push_back(std::move(event));
  EXPECT_EQ(bytes(parts), bytes(told(Timeline(settings_of(3), from), 60)));
}

TEST(Sample, ArrivesInOrderAndNeverBeforeItHappened) {
  TimePoint last{};
  for (const Event& event : fortnight()) {
    EXPECT_LE(last, event.arrival);
    EXPECT_LE(event.time, event.arrival);
    EXPECT_LT(event.arrival, TimePoint(kToday));
    last = event.arrival;
  }
}

TEST(Sample, NinetyDaysAreAboutAMillionRows) {
  std::size_t rows = 0;
  for (const Event& event : fortnight()) rows += event.duplicate ? 0 : 1 + is_revenue(event);
  EXPECT_NEAR(double(rows) * 90 / 14, 950'000, 150'000);
}

TEST(Sample, HasLateAndResentEvents) {
  std::set<std::pair<Uuid, TimePoint>> seen;
  int late = 0, resent = 0;
  for (const Event& event : fortnight()) {
    const bool first = seen.emplace(event.event_id, event.time).second;
    EXPECT_TRUE(first || event.duplicate);
    late += event.arrival - event.time > 6min;
    resent += !first;
  }
  const double count = double(fortnight().size());
  EXPECT_NEAR(late / count, 0.0075, 0.004);
  EXPECT_NEAR(resent / count, 0.003, 0.002);
}

TEST(Sample, DocumentedCustomerIsActiveEveryDay) {
  std::map<std::chrono::sys_days, int> by_day;
  for (const auto& [event, metric] : of_kind<CustomerMetric>(fortnight())) {
    if (to_string(metric->customer_id) == "550e8400-e29b-41d4-a716-446655440000") {
      ++by_day[std::chrono::floor<std::chrono::days>(event->time)];
    }
  }
  EXPECT_GE(by_day.size(), 14U);
}

TEST(Sample, EveningsAreBusierThanNightsAndRegionsHaveTheirOwn) {
  double evening = 0, night = 0;
  for (int day = 1; day <= 7; ++day) {
    evening += activity(settings_of(1), Hour(kToday) - day * 24h + 18h, 0);
    night += activity(settings_of(1), Hour(kToday) - day * 24h + 2h, 0);
  }
  EXPECT_GT(evening, 5 * night);
  EXPECT_GT(activity(settings_of(1), Hour(kToday) + 18h, 0),
            activity(settings_of(1), Hour(kToday) + 18h, 4));
  std::set<std::string_view> regions;
  for (const auto& [event, order] : of_kind<OrderMetric>(fortnight()))
    regions.insert(order->region);
  EXPECT_EQ(regions.size(), kRegions.size());
}

TEST(Sample, Grows) {
  double first = 0, second = 0;
  for (int hour = 0; hour < 28 * 24; ++hour) {
    first += activity(settings_of(1), Hour(kToday) - 364 * 24h + std::chrono::hours(hour), 0);
    second += activity(settings_of(1), Hour(kToday) + std::chrono::hours(hour), 0);
  }
  EXPECT_NEAR(second / first, 1.55, 0.1);
}

TEST(Sample, EveryFortnightHasTwoDaysOfPromotion) {
  std::set<std::chrono::sys_days> days;
  const Hour first{std::chrono::sys_days(std::chrono::days(14 * 1450))};
  for (int hour = 0; hour < 10 * 14 * 24; ++hour) {
    if (is_promotion(settings_of(1), first + std::chrono::hours(hour))) {
      days.insert(std::chrono::floor<std::chrono::days>(first + std::chrono::hours(hour)));
    }
  }
  EXPECT_EQ(days.size(), 20U);
  int discounted = 0;
  for (const auto& [event, order] : of_kind<OrderMetric>(fortnight())) {
    EXPECT_EQ(order->discount_amount.value > 0,
              event->labels.find("promotion") != std::string::npos);
    discounted += order->discount_amount.value > 0;
  }
  EXPECT_GT(discounted, 0);
}

TEST(Sample, PaidOrdersAreThoseWithACompletedPaymentOfTheSameSum) {
  std::map<Uuid, std::int64_t> completed;
  const auto window = told(Timeline(settings_of(1), Hour(kToday) - 3 * 24h), 3 * 24);
  for (const auto& [event, payment] : of_kind<PaymentMetric>(window)) {
    if (payment->status == "COMPLETED") completed[payment->order_id] = payment->amount.value;
  }
  int paid = 0;
  for (const auto& [event, order] : of_kind<OrderMetric>(window)) {
    // What is late, or straddles the window's ends, has its counterpart outside.
    if (order->status != "PAID" || event->arrival != event->time) continue;
    ++paid;
    if (const auto found = completed.find(order->order_id); found != completed.end()) {
      EXPECT_EQ(found->second, order->total_amount.value);
    }
  }
  EXPECT_GT(paid, 500);
  EXPECT_GT(double(completed.size()), 0.9 * paid);
}

TEST(Sample, FraudIsLabelledScoredHighAndInBursts) {
  int fraud = 0, found = 0, alarms = 0, honest = 0;
  std::map<Uuid, int> small_by_order;
  for (const auto& [event, payment] : of_kind<PaymentMetric>(fortnight())) {
    const bool labelled = event->labels.find("\"fraud\":true") != std::string::npos;
    EXPECT_GE(payment->fraud_score, 0);
    EXPECT_LE(payment->fraud_score, 100);
    (labelled ? fraud : honest)++;
    if (payment->fraud_score > 70) (labelled ? found : alarms)++;
    if (labelled && payment->amount < Cents{300}) ++small_by_order[payment->order_id];
  }
  EXPECT_GT(fraud, 500);
  EXPECT_GT(honest, 5 * fraud);
  EXPECT_GT(found, 0.9 * fraud) << "recall";
  EXPECT_LT(found, fraud) << "no fraud is missed: too easy";
  EXPECT_GT(alarms, 0) << "no false alarm: too easy";
  EXPECT_LT(alarms, 0.02 * honest);
  EXPECT_NEAR(double(small_by_order.size()), 42, 2) << "one burst each eight hours";
}

TEST(Sample, SomeScoreAboveNinetyInEveryDay) {
  std::map<std::chrono::sys_days, int> by_day;
  for (const auto& [event, payment] : of_kind<PaymentMetric>(fortnight())) {
    by_day[std::chrono::floor<std::chrono::days>(event->time)] += payment->fraud_score > 90;
  }
  for (const auto& [day, count] : by_day) {
    if (day < kToday - std::chrono::days(14)) continue;  // late ones only
    EXPECT_GT(count, 0);
  }
}

TEST(Sample, OneServiceBreaksOnceTheDayBefore) {
  std::set<std::string_view> broken;
  TimePoint first = TimePoint::max(), last = TimePoint::min();
  for (const auto& [event, metric] : of_kind<SystemMetric>(fortnight())) {
    if (metric->error_rate < 20) continue;
    broken.insert(metric->service_name);
    first = std::min(first, event->time);
    last = std::max(last, event->time);
  }
  EXPECT_EQ(broken, (std::set<std::string_view>{kBrokenService}));
  EXPECT_GE(first, TimePoint(kToday - std::chrono::days(1)));
  EXPECT_LT(last - first, 75min);
  EXPECT_GT(last - first, 45min);
}

TEST(Sample, ShorterIntervalScrapesMoreAndChangesNothingElse) {
  Settings often = settings_of(1);
  often.scrape_interval = 10s;
  const auto usual = told(Timeline(settings_of(1), Hour(kToday)), 1);
  const auto dense = told(Timeline(often, Hour(kToday)), 1);
  EXPECT_EQ(of_kind<SystemMetric>(dense).size(), kServices.size() * kInstances * 360);
  EXPECT_EQ(of_kind<CustomerMetric>(dense).size(), of_kind<CustomerMetric>(usual).size());
}

TEST(Format, WritesTimesAndMoney) {
  const auto time = [](TimePoint value) {
    std::string out;
    append(out, value);
    return out;
  };
  EXPECT_EQ(time(kToday + 9h + 5min + 7s + 3ms), "2026-11-25T09:05:07.003Z");
  EXPECT_EQ(time(std::chrono::sys_days(std::chrono::year(1969) / 12 / 31) + 23h),
            "1969-12-31T23:00:00.000Z");
  const struct {
    std::int64_t cents;
    const char* text;
  } cases[] = {{0, "0.00"}, {5, "0.05"}, {1234, "12.34"}, {-7, "-0.07"}, {-1200, "-12.00"}};
  for (const auto& c : cases) {
    std::string out;
    append(out, Cents{c.cents});
    EXPECT_EQ(out, c.text);
  }
}

TEST(Format, WritesAnEventAsJsonAndAsARow) {
  Random random{1};
  const Uuid id = customer_id(settings_of(1), 0);
  const Event event{.time = kToday + 1h,
                    .arrival = kToday + 1h,
                    .event_id = id,
                    .labels = R"({"source":"application"})",
                    .body = CustomerMetric{id, "page_views", 2.5}};
  EXPECT_EQ(
      json_of(event),
      R"({"eventId":"550e8400-e29b-41d4-a716-446655440000","schemaVersion":1,)"
      R"("timestamp":"2026-11-25T01:00:00.000Z","customerId":"550e8400-e29b-41d4-a716-446655440000",)"
      R"("metricName":"page_views","metricValue":2.5,"labels":{"source":"application"}})");
  std::string row;
  append_row(row, event);
  EXPECT_EQ(row,
            "2026-11-25T01:00:00.000Z\t550e8400-e29b-41d4-a716-446655440000\tpage_views\t2.5\t"
            "{\"source\":\"application\"}\t550e8400-e29b-41d4-a716-446655440000\n");
  EXPECT_EQ(key_of(event), "550e8400-e29b-41d4-a716-446655440000");
}

}  // namespace
}  // namespace varve::sample
