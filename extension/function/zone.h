#pragma once

#include "kernel/calendar/zone.h"

#include "extension/pg/postgres.h"
extern "C" {
#include <pgtime.h>
}

namespace varve::function {

/// PostgreSQL's time zone data as zone rules. Remembers the stretch between two changes of the
/// clock that it used last: neighbouring rows seldom leave it.
class PgZone final : public calendar::ZoneRules {
 public:
  explicit PgZone(const pg_tz* zone) : zone_(zone) {}

  /// The zone of that name, abbreviation or POSIX specification, as AT TIME ZONE takes it.
  /// Throws SqlError (22023) where there is none.
  static const pg_tz* find(const text* name);

  [[nodiscard]] calendar::LocalTime local_of(calendar::TimePoint instant) const override;
  [[nodiscard]] calendar::LocalTime latest_shown(calendar::TimePoint instant) const override;
  [[nodiscard]] calendar::Instants instants_of(calendar::LocalTime local) const override;

 private:
  /// From `begin` until `end` the clock is `offset` ahead of UTC. Before `begin` it has shown times
  /// up to `shown_before`, as far as that is later than what it shows now.
  struct Stretch {
    calendar::TimePoint begin;
    calendar::TimePoint end;
    calendar::Duration offset;
    calendar::LocalTime shown_before;
  };
  [[nodiscard]] const Stretch& stretch_of(calendar::TimePoint instant) const;

  const pg_tz* zone_;
  mutable Stretch last_used_{};
};

}  // namespace varve::function
