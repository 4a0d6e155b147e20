#pragma once

#include <algorithm>
#include <optional>
#include <vector>

#include "kernel/calendar/zone.h"

namespace varve::calendar {

/// Zone rules that are written down: for tests, fuzzing and benchmarks. Searches the whole table
/// each time.
class TableZone final : public ZoneRules {
 public:
  /// From `at` on the clock is `offset` ahead of UTC.
  struct Change {
    TimePoint at;
    Duration offset;
  };

  /// `changes` ascend in time. Offsets stay within a day of UTC, and changes further than that
  /// apart.
  TableZone(Duration offset, std::vector<Change> changes) : changes_(std::move(changes)) {
    changes_.insert(changes_.begin(), {TimePoint::min(), offset});
  }

  [[nodiscard]] LocalTime local_of(TimePoint instant) const override {
    const auto later = std::ranges::find_if(changes_, [&](auto& c) { return c.at > instant; });
    return LocalTime(instant.time_since_epoch() + std::prev(later)->offset);
  }

  [[nodiscard]] LocalTime latest_shown(TimePoint instant) const override {
    LocalTime latest = local_of(instant);
    for (std::size_t i = 1; i < changes_.size() && changes_[i].at <= instant; ++i) {
      const Duration end = changes_[i].at.time_since_epoch() + changes_[i - 1].offset;
      latest = std::max(latest, LocalTime(end - Duration(1)));
    }
    return latest;
  }

  [[nodiscard]] Instants instants_of(LocalTime local) const override {
    std::optional<Instants> shown;
    for (std::size_t i = 0; i < changes_.size(); ++i) {
      const TimePoint begin = changes_[i].at;
      const TimePoint end = i + 1 < changes_.size() ? changes_[i + 1].at : TimePoint::max();
      const TimePoint instant(local.time_since_epoch() - changes_[i].offset);
      if (instant < begin && !shown) return {begin, begin};  // the clock jumped over it
      if (begin <= instant && instant < end) {
        shown = {.first = shown ? shown->first : instant, .last = instant};
      }
    }
    return *shown;
  }

 private:
  std::vector<Change> changes_;
};

}  // namespace varve::calendar
