#include "platform/api/event_hub.h"

#include <vector>

namespace varve::api {

std::string event_frame(std::string_view event, std::string_view data,
                        std::optional<std::uint64_t> id) {
  std::string frame;
  if (id) frame += "id: " + std::to_string(*id) + "\n";
  frame.append("event: ").append(event).append("\n");
  for (;;) {
    const auto end = data.find_first_of("\r\n");
    frame.append("data: ").append(data.substr(0, end)).append("\n");
    if (end == std::string_view::npos) break;
    data.remove_prefix(end + (data.substr(end).starts_with("\r\n") ? 2 : 1));
  }
  return frame + "\n";
}

void EventHub::add(Subscriber& subscriber, std::optional<std::uint64_t> last_seen) {
  subscribers_.insert(&subscriber);
  if (!last_seen) return;
  for (const Remembered& event : events_) {
    if (event.id > *last_seen) subscriber.waiting.push_back(event.frame);
  }
}

void EventHub::publish(std::string_view event, std::string_view data) {
  const std::uint64_t id = next_id_++;
  const auto frame = std::make_shared<const std::string>(event_frame(event, data, id));
  events_.push_back({id, frame});
  if (events_.size() > remembered_) events_.pop_front();
  // A copy, since wake() may remove its subscriber.
  const std::vector<Subscriber*> all(subscribers_.begin(), subscribers_.end());
  for (Subscriber* subscriber : all) {
    if (subscriber->waiting.size() >= most_waiting_) {
      subscriber->too_slow = true;
    } else {
      subscriber->waiting.push_back(frame);
    }
    if (subscriber->wake) subscriber->wake();
  }
}

}  // namespace varve::api
