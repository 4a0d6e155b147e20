#pragma once

#include <vector>

#include "platform/sample/model.h"

namespace varve::sample {

/// Writes the events of one order and its payments, each with an id of its own.
class OrderStory {
 public:
  OrderStory(Random& random, std::vector<Event>& events, OrderMetric order, std::string labels)
      : random_(random), events_(events), order_(order), labels_(std::move(labels)) {}

  void order(std::string_view status, TimePoint time);
  void payment(PaymentMetric payment, std::string_view status, TimePoint time,
               std::string_view labels);

 private:
  Random& random_;
  std::vector<Event>& events_;
  OrderMetric order_;
  std::string labels_;
};

std::chrono::milliseconds any_time(Random& random, std::chrono::seconds low,
                                   std::chrono::seconds high);

}  // namespace varve::sample
