#pragma once

#include <queue>
#include <vector>

#include "platform/sample/model.h"

namespace varve::sample {

/// All events in the order in which they arrive, from some hour on, without end.
///
/// What has originated earlier and arrives later is included, so a timeline that begins at any hour
/// continues one that ended there: no event is missing, none is told twice.
///
/// Cost    beginning replays kLongestTail, about 0.1 s.
class Timeline {
 public:
  Timeline(const Settings& settings, Hour from);

  /// The hour that the next call of next_hour() tells.
  Hour hour() const { return hour_; }
  /// The events that arrive in that hour; of equal arrival, the lower id comes first.
  std::vector<Event> next_hour();

 private:
  void add(std::vector<Event> events, TimePoint from);

  struct Later {
    bool operator()(const Event& a, const Event& b) const;
  };
  Settings settings_;
  Hour hour_;
  std::priority_queue<Event, std::vector<Event>, Later> pending_;
};

}  // namespace varve::sample
