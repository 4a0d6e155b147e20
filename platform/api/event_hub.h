#pragma once

#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <string_view>

namespace varve::api {

/// One message of a server-sent event stream. `data` may have several lines.
/// Source  https://html.spec.whatwg.org/multipage/server-sent-events.html
std::string event_frame(std::string_view event, std::string_view data,
                        std::optional<std::uint64_t> id = {});

/// A client of the stream: what it still has to be sent.
struct Subscriber {
  using Frame = std::shared_ptr<const std::string>;

  std::deque<Frame> waiting;
  bool too_slow = false;       // it did not read; the connection has to end
  std::function<void()> wake;  // called after either has changed
};

/// Fans events out to all subscribers and remembers the last of them for those that come back.
/// Lives on one thread.
class EventHub {
 public:
  /// Ids count up from `first_id`. It must be beyond those of an earlier process (the clock is), so
  /// that a client that reconnects with an old id gets everything it has not seen.
  EventHub(std::uint64_t first_id, std::size_t remembered, std::size_t most_waiting)
      : next_id_(first_id), remembered_(remembered), most_waiting_(most_waiting) {}

  /// Adds a subscriber, which must stay until remove(). With the id of the last event it has seen,
  /// all later ones that are remembered wait for it at once.
  void add(Subscriber& subscriber, std::optional<std::uint64_t> last_seen);
  void remove(Subscriber& subscriber) { subscribers_.erase(&subscriber); }
  [[nodiscard]] std::size_t subscribers() const { return subscribers_.size(); }

  void publish(std::string_view event, std::string_view data);

 private:
  struct Remembered {
    std::uint64_t id;
    Subscriber::Frame frame;
  };

  std::uint64_t next_id_;
  std::size_t remembered_, most_waiting_;
  std::deque<Remembered> events_;
  std::set<Subscriber*> subscribers_;
};

}  // namespace varve::api
