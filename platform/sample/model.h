#pragma once

#include <array>
#include <span>
#include <string_view>
#include <vector>

#include "platform/sample/event.h"

namespace varve::sample {

struct Settings {
  std::uint64_t seed = 1;
  /// A midnight: trend is 1 there, and the outage is on the afternoon before it.
  Hour anchor;
  /// Of one instance of one service; there are kInstances.
  std::chrono::milliseconds scrape_interval{600'000};
};

/// Of customers, orders and payments, at the anchor.
inline constexpr double kBusinessEventsADay = 8'700;

struct Region {
  std::string_view name;
  double share;               // of orders and activity; they add up to 1
  std::chrono::hours offset;  // of its people's clocks from UTC
  std::array<std::string_view, 3> countries;
};
inline constexpr std::array<Region, 6> kRegions{{
    {"eu-central", 0.30, std::chrono::hours(1), {"DE", "AT", "PL"}},
    {"eu-west", 0.22, std::chrono::hours(0), {"GB", "FR", "NL"}},
    {"us-east", 0.18, std::chrono::hours(-5), {"US", "CA", "US"}},
    {"us-west", 0.12, std::chrono::hours(-8), {"US", "MX", "US"}},
    {"apac", 0.11, std::chrono::hours(8), {"SG", "JP", "AU"}},
    {"latam", 0.07, std::chrono::hours(-3), {"BR", "AR", "CL"}},
}};

inline constexpr std::array<std::string_view, 8> kServices{
    "api-gateway",          "billing-service", "customer-service", "inventory-service",
    "notification-service", "order-service",   "payment-service",  "search-service"};
inline constexpr std::string_view kBrokenService = "payment-service";
inline constexpr int kInstances = 2;
inline constexpr int kCustomers = 1500;

/// The customer of the documentation's examples is the most active one.
Uuid customer_id(const Settings& settings, int customer);
/// A customer of the region; few are very active, most are not.
int any_customer(Random& random, std::size_t region);

/// How busy a region is, 1 on average over a week, but for the season of the year and
/// the trend from the anchor.
double activity(const Settings& settings, Hour hour, std::size_t region);
/// Two days every other week, by chance: more orders, at a discount.
bool is_promotion(const Settings& settings, Hour hour);
/// The payment service breaks for 75 minutes, once.
bool is_outage(const Settings& settings, TimePoint time);

/// One part of the business each: what originates in an hour, with all its consequences.
void add_customer_events(const Settings& settings, Hour hour, std::vector<Event>& events);
void add_orders(const Settings& settings, Hour hour, std::vector<Event>& events);
void add_card_testing(const Settings& settings, Hour hour, std::vector<Event>& events);
void add_system_events(const Settings& settings, Hour hour, std::vector<Event>& events);

/// Consequences, delays and resends included, end this long after their origin.
inline constexpr std::chrono::hours kLongestTail{15 * 24};

/// What customers, buyers and thieves begin in the hour, with late events and resends, in no order:
/// a function of its arguments alone. Services' scrapes are on time and apart, see
/// add_system_events.
std::vector<Event> business_of_hour(const Settings& settings, Hour hour);

/// Keys of random streams.
enum class Stream : std::uint64_t {
  kCustomer,
  kActivity,
  kOrder,
  kCardTesting,
  kSystem,
  kPromotion,
  kArrival
};
inline Random stream(const Settings& settings, Stream stream, Hour hour, std::uint64_t part = 0) {
  return Random{settings.seed, std::uint64_t(stream),
                std::uint64_t(hour.time_since_epoch().count()), part};
}

TimePoint within(Random& random, Hour hour);
/// To three decimals.
double rounded(double value);

}  // namespace varve::sample
