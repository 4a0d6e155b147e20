#include "platform/sample/timeline.h"

#include <tuple>

namespace varve::sample {

bool Timeline::Later::operator()(const Event& a, const Event& b) const {
  return std::tie(a.arrival, a.event_id, a.duplicate) >
         std::tie(b.arrival, b.event_id, b.duplicate);
}

Timeline::Timeline(const Settings& settings, Hour from) : settings_(settings), hour_(from) {
  for (Hour hour = from - kLongestTail; hour < from; ++hour) {
    add(business_of_hour(settings_, hour), from);
  }
}

void Timeline::add(std::vector<Event> events, TimePoint from) {
  for (Event& event : events) {
    if (event.arrival >= from) pending_.push(std::move(event));
  }
}

std::vector<Event> Timeline::next_hour() {
  std::vector<Event> begun = business_of_hour(settings_, hour_);
  add_system_events(settings_, hour_, begun);
  add(std::move(begun), hour_);
  ++hour_;
  std::vector<Event> events;
  while (!pending_.empty() && pending_.top().arrival < hour_) {
    events.push_back(pending_.top());
    pending_.pop();
  }
  return events;
}

}  // namespace varve::sample
