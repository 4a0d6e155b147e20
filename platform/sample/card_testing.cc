#include <algorithm>

#include "platform/sample/order_story.h"

using namespace std::chrono_literals;

namespace varve::sample {
namespace {

// Some burst is never longer ago than two of these.
constexpr std::int64_t kHoursABurst = 8;
constexpr std::string_view kLabels = R"({"fraud":true,"pattern":"card_testing"})";

bool has_burst(const Settings& settings, Hour hour) {
  const auto at = hour.time_since_epoch().count();
  Random random{settings.seed, std::uint64_t(Stream::kCardTesting),
                std::uint64_t(at / kHoursABurst)};
  return at % kHoursABurst == std::int64_t(random.below(kHoursABurst));
}

}  // namespace

// A thief tries stolen card numbers with small sums within minutes, then empties the one that
// works.
void add_card_testing(const Settings& settings, Hour hour, std::vector<Event>& events) {
  if (!has_burst(settings, hour)) return;
  Random random = stream(settings, Stream::kCardTesting, hour, 1);
  const auto region = std::size_t(random.below(kRegions.size()));
  OrderMetric order{};
  order.order_id = random.uuid();
  order.customer_id =
      customer_id(settings, int(kRegions.size()) + any_customer(random, region) % (kCustomers / 2));
  order.region = kRegions[region].name;
  order.items_count = 1;
  order.total_amount = {std::int64_t(25'000 + random.below(65'000))};
  order.profit = {order.total_amount.value / 4};
  OrderStory story(random, events, order, {});

  TimePoint time = within(random, hour);
  story.order("CREATED", time);
  PaymentMetric payment{};
  payment.order_id = order.order_id;
  payment.customer_id = order.customer_id;
  payment.payment_method = "card";
  payment.region = order.region;
  payment.country =
      kRegions[(region + 1 + random.below(kRegions.size() - 1)) % kRegions.size()].countries[0];
  const int attempts = 12 + int(random.below(14));
  for (int attempt = 0; attempt < attempts; ++attempt) {
    time += any_time(random, 2s, 9s);
    payment.payment_id = random.uuid();
    payment.amount = {std::int64_t(50 + random.below(250))};
    payment.fraud_score =
        rounded(std::min(70 + 25.0 * attempt / attempts + random.between(0, 5), 100.0));
    story.payment(payment, attempt + 1 < attempts ? "FAILED" : "COMPLETED", time, kLabels);
  }
  time += any_time(random, 10s, 60s);
  payment.payment_id = random.uuid();
  payment.amount = order.total_amount;
  payment.fraud_score = rounded(random.between(95, 100));
  story.payment(payment, "COMPLETED", time, kLabels);
  story.order("CANCELLED", time + any_time(random, 1h, 3h));
  story.payment(payment, "CHARGEBACK", time + any_time(random, 72h, 168h), kLabels);
}

}  // namespace varve::sample
