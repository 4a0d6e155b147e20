#pragma once

#include "kernel/calendar/civil.h"

namespace varve::calendar {

/// When a wall clock shows a local time: once, twice where it was set back, or never where it was
/// set forward. `first` <= `last`; the same instant unless the clock was set back over it.
struct Instants {
  TimePoint first;
  TimePoint last;
};

/// The wall clock of one place. The caller brings the rules: the extension has PostgreSQL's time
/// zone data, tests have a table.
class ZoneRules {
 public:
  /// What the clock shows at `instant`.
  [[nodiscard]] virtual LocalTime local_of(TimePoint instant) const = 0;

  /// The latest that the clock has shown up to `instant`: what it shows, or more for a while after
  /// it was set back.
  [[nodiscard]] virtual LocalTime latest_shown(TimePoint instant) const = 0;

  /// The instants at which the clock shows `local`; where it jumped over `local`, the instant of
  /// the jump.
  [[nodiscard]] virtual Instants instants_of(LocalTime local) const = 0;

 protected:
  ~ZoneRules() = default;
};

}  // namespace varve::calendar
