#include <algorithm>
#include <cmath>

#include "platform/sample/order_story.h"

using namespace std::chrono_literals;

namespace varve::sample {
namespace {

constexpr double kOrdersAnHour = 17;
constexpr double kPromotionBoost = 1.6;
constexpr double kPromotionDiscount = 0.15;
constexpr double kCancelled = 0.04;
constexpr double kDeclined = 0.06;
constexpr double kDeclinedInOutage = 0.45;
constexpr double kReturned = 0.03;
constexpr double kStolenCard = 0.004;

constexpr std::string_view kStolenCardLabels = R"({"fraud":true,"pattern":"stolen_card"})";

std::string_view any_method(Random& random) {
  constexpr std::array<std::string_view, 20> kMethods{
      "card",   "card", "card", "card",      "card",      "card",   "card",
      "card",   "card", "card", "card",      "paypal",    "paypal", "paypal",
      "paypal", "sepa", "sepa", "apple_pay", "apple_pay", "invoice"};
  return kMethods[random.below(kMethods.size())];
}

// Most honest payments score low; three in a thousand look worse than they are.
double honest_score(Random& random) {
  if (random.chance(0.003)) return rounded(random.between(78, 94));
  return rounded(60 * std::pow(random.uniform(), 3.0));
}
// Of the fraudulent, one in twelve looks honest.
double stolen_score(Random& random) {
  return rounded(random.chance(1.0 / 12) ? random.between(5, 40) : random.between(72, 99));
}

Cents share_of(Cents amount, double share) { return {std::llround(double(amount.value) * share)}; }

OrderMetric any_order(Random& random, const Settings& settings, std::size_t region,
                      bool promotion) {
  OrderMetric order{};
  order.order_id = random.uuid();
  order.customer_id = customer_id(settings, any_customer(random, region));
  order.region = kRegions[region].name;
  order.items_count = 1 + random.poisson(1.4);
  const Cents price{order.items_count * std::max(199LL, std::llround(random.lognormal(2400, 0.7)))};
  if (promotion) order.discount_amount = share_of(price, kPromotionDiscount);
  order.total_amount = {price.value - order.discount_amount.value};
  const double margin = std::clamp(0.31 + 0.06 * random.normal(), 0.08, 0.50);
  order.profit = {share_of(price, margin).value - order.discount_amount.value};
  return order;
}

PaymentMetric payment_for(Random& random, const OrderMetric& order, std::size_t region) {
  const auto& countries = kRegions[region].countries;
  return {.payment_id = random.uuid(),
          .order_id = order.order_id,
          .customer_id = order.customer_id,
          .amount = order.total_amount,
          .status = {},
          .payment_method = any_method(random),
          .region = order.region,
          .country = countries[random.below(countries.size())],
          .fraud_score = honest_score(random)};
}

/// When the payment was settled, or nothing when it was declined for good.
struct Settled {
  bool paid;
  TimePoint time;
  PaymentMetric payment;
};
Settled pay(Random& random, const Settings& settings, OrderStory& story, PaymentMetric payment,
            TimePoint time, std::string_view labels) {
  constexpr int kAttempts = 2;
  for (int attempt = 0; attempt < kAttempts; ++attempt) {
    story.payment(payment, "PENDING", time, labels);
    const double declined = is_outage(settings, time) ? kDeclinedInOutage : kDeclined;
    time += any_time(random, 1s, 40s);
    if (!random.chance(declined)) {
      story.payment(payment, "COMPLETED", time, labels);
      return {true, time, payment};
    }
    story.payment(payment, "FAILED", time, labels);
    time += any_time(random, 30s, 600s);
    payment.payment_id = random.uuid();
  }
  return {false, time, payment};
}

void deliver(Random& random, OrderStory& story, const Settled& settled, bool stolen) {
  TimePoint time = settled.time + any_time(random, 6h, 40h);
  story.order("SHIPPED", time);
  time += any_time(random, 20h, 96h);
  story.order("DELIVERED", time);
  if (stolen || !random.chance(kReturned)) return;
  time += any_time(random, 24h, 120h);
  story.order("RETURNED", time);
  story.payment(settled.payment, "REFUNDED", time + any_time(random, 1h, 48h), {});
}

void tell_order(Random& random, const Settings& settings, Hour hour, std::size_t region,
                std::vector<Event>& events) {
  const bool promotion = is_promotion(settings, hour);
  const bool stolen = random.chance(kStolenCard);
  OrderMetric order = any_order(random, settings, region, promotion);
  PaymentMetric payment = payment_for(random, order, region);
  if (stolen) {
    const auto times = std::int64_t(3 + random.below(4));
    order.total_amount.value *= times;
    order.profit.value *= times;
    order.discount_amount.value *= times;
    payment.amount = order.total_amount;
    payment.payment_method = "card";
    payment.country = kRegions[(region + 3) % kRegions.size()].countries.front();
    payment.fraud_score = stolen_score(random);
  }
  const std::string_view labels = stolen ? kStolenCardLabels : std::string_view{};
  OrderStory story(random, events, order, promotion ? R"({"promotion":"FORTNIGHT15"})" : "");

  TimePoint time = within(random, hour);
  story.order("CREATED", time);
  if (random.chance(kCancelled)) return story.order("CANCELLED", time + any_time(random, 60s, 2h));
  time += any_time(random, 30s, 600s);
  story.order("CONFIRMED", time);
  const Settled settled =
      pay(random, settings, story, payment, time + any_time(random, 1s, 60s), labels);
  if (!settled.paid) return story.order("CANCELLED", settled.time);
  story.order("PAID", settled.time);
  deliver(random, story, settled, stolen);
  if (stolen) {
    story.payment(settled.payment, "CHARGEBACK", settled.time + any_time(random, 72h, 192h),
                  labels);
  }
}

}  // namespace

void OrderStory::order(std::string_view status, TimePoint time) {
  order_.status = status;
  events_.push_back({.time = time,
                     .arrival = time,
                     .event_id = random_.uuid(),
                     .labels = labels_,
                     .body = order_});
}

void OrderStory::payment(PaymentMetric payment, std::string_view status, TimePoint time,
                         std::string_view labels) {
  payment.status = status;
  events_.push_back({.time = time,
                     .arrival = time,
                     .event_id = random_.uuid(),
                     .labels = std::string(labels),
                     .body = payment});
}

std::chrono::milliseconds any_time(Random& random, std::chrono::seconds low,
                                   std::chrono::seconds high) {
  const auto span = std::chrono::milliseconds(high - low).count();
  return low + std::chrono::milliseconds(random.below(std::uint64_t(span)));
}

void add_orders(const Settings& settings, Hour hour, std::vector<Event>& events) {
  const double boost = is_promotion(settings, hour) ? kPromotionBoost : 1;
  for (std::size_t region = 0; region < kRegions.size(); ++region) {
    Random random = stream(settings, Stream::kOrder, hour, region);
    const double mean =
        kOrdersAnHour * kRegions[region].share * activity(settings, hour, region) * boost;
    for (int left = random.poisson(mean); left > 0; --left) {
      tell_order(random, settings, hour, region, events);
    }
  }
}

}  // namespace varve::sample
