#include "platform/sample/model.h"

#include <algorithm>
#include <cmath>
#include <numbers>

using namespace std::chrono_literals;

namespace varve::sample {
namespace {

using std::chrono::days;

constexpr double kGrowthADay = 0.0012;        // 11 % in 90 days, 55 % in a year
constexpr auto kOutageBefore = -10h + 10min;  // 14:10 on the day before
constexpr auto kOutageLength = 75min;

// Of a day, by people's own clock: they sleep, shop after lunch and most of all in the evening.
constexpr std::array<double, 24> kHourOfDay{0.35, 0.20, 0.12, 0.10, 0.12, 0.25, 0.50, 0.80,
                                            1.05, 1.20, 1.30, 1.35, 1.35, 1.30, 1.25, 1.20,
                                            1.25, 1.40, 1.55, 1.90, 1.90, 1.75, 1.20, 0.61};
constexpr std::array<double, 7> kDayOfWeek{1.12, 0.92, 0.90, 0.93,
                                           0.97, 1.08, 1.08};  // from Sunday

constexpr double kLate = 0.010;
constexpr double kResent = 0.004;
constexpr auto kLatest = 36h;

std::chrono::milliseconds seconds(double count) {
  return std::chrono::milliseconds(std::llround(count * 1000));
}

// An offline phone, a producer without idempotence.
void delay_and_resend(const Settings& settings, Hour hour, std::vector<Event>& events) {
  Random random = stream(settings, Stream::kArrival, hour);
  const std::size_t count = events.size();
  for (std::size_t i = 0; i < count; ++i) {
    if (random.chance(kLate)) {
      events[i].arrival +=
          std::min<std::chrono::milliseconds>(seconds(60 + random.exponential(3 * 3600)), kLatest);
    }
    if (random.chance(kResent)) {
      Event again = events[i];
      again.duplicate = true;
      again.arrival += seconds(random.between(1, 300));
      events.push_back(std::move(again));
    }
  }
}

}  // namespace

Uuid customer_id(const Settings& settings, int customer) {
  if (customer == 0) {
    return {0x55, 0x0e, 0x84, 0x00, 0xe2, 0x9b, 0x41, 0xd4,
            0xa7, 0x16, 0x44, 0x66, 0x55, 0x44, 0x00, 0x00};
  }
  return Random{settings.seed, std::uint64_t(Stream::kCustomer), std::uint64_t(customer)}.uuid();
}

int any_customer(Random& random, std::size_t region) {
  constexpr int kRegionCount = int(kRegions.size());
  constexpr int kPerRegion = kCustomers / kRegionCount;
  const int rank = int(kPerRegion * std::pow(random.uniform(), 2.0));
  return rank * kRegionCount + int(region);
}

double activity(const Settings& settings, Hour hour, std::size_t region) {
  const Hour local = hour + kRegions[region].offset;
  const auto day = std::chrono::floor<days>(local);
  const auto hour_of_day = std::size_t((local - day).count());
  const std::chrono::weekday weekday(day);
  const double day_of_year = double(
      (day - std::chrono::sys_days(std::chrono::year_month_day(day).year() / 1 / 1)).count());
  constexpr double kBusiest = 340;  // the beginning of December
  const double season =
      1 + 0.12 * std::cos(2 * std::numbers::pi * (day_of_year - kBusiest) / 365.25);
  const double since_anchor = double((hour - settings.anchor).count()) / 24;
  return kHourOfDay[hour_of_day] * kDayOfWeek[weekday.c_encoding()] * season *
         std::exp(kGrowthADay * since_anchor);
}

bool is_promotion(const Settings& settings, Hour hour) {
  constexpr std::int64_t kFortnight = 14;
  const auto day = std::chrono::floor<days>(hour).time_since_epoch().count();
  const auto fortnight = std::uint64_t(day / kFortnight);
  Random random{settings.seed, std::uint64_t(Stream::kPromotion), fortnight};
  const auto first = std::int64_t(random.below(kFortnight - 1));
  return day % kFortnight == first || day % kFortnight == first + 1;
}

bool is_outage(const Settings& settings, TimePoint time) {
  const TimePoint begin = settings.anchor + kOutageBefore;
  return begin <= time && time < begin + kOutageLength;
}

std::vector<Event> business_of_hour(const Settings& settings, Hour hour) {
  std::vector<Event> events;
  add_customer_events(settings, hour, events);
  add_orders(settings, hour, events);
  add_card_testing(settings, hour, events);
  delay_and_resend(settings, hour, events);
  return events;
}

TimePoint within(Random& random, Hour hour) {
  return hour + std::chrono::milliseconds(random.below(3'600'000));
}

double rounded(double value) { return std::round(value * 1000) / 1000; }

}  // namespace varve::sample
