#include "extension/function/zone.h"

#include <algorithm>
#include <string>

#include "kernel/base/division.h"

#include "extension/pg/boundary.h"
extern "C" {
#include <parser/scansup.h>
#include <utils/builtins.h>
#include <utils/datetime.h>
}

namespace varve::function {
namespace {

using calendar::Duration;
using calendar::Instants;
using calendar::LocalTime;
using calendar::TimePoint;

constexpr std::int64_t kUsPerSecond = 1'000'000;
constexpr std::int64_t kUnixEpoch =
    std::int64_t{POSTGRES_EPOCH_JDATE - UNIX_EPOCH_JDATE} * SECS_PER_DAY;

/// The second that holds the instant, as pg_time_t counts: from 1970.
pg_time_t pg_second(TimePoint instant) {
  return floor_div(instant.time_since_epoch().count(), kUsPerSecond) + kUnixEpoch;
}

/// The instant of a change; the end of time for those of the last year's spring.
TimePoint time_point(pg_time_t second) {
  std::int64_t us = 0;
  if (__builtin_mul_overflow(second - kUnixEpoch, kUsPerSecond, &us)) return TimePoint::max();
  return TimePoint(Duration(us));
}

/// The clock's next change after an instant. Without one, both offsets are the same.
struct Change {
  TimePoint at = TimePoint::max();
  Duration before;
  Duration after;
};

Change next_change(TimePoint instant, const pg_tz* zone) {
  const pg_time_t second = pg_second(instant);
  pg_time_t boundary = 0;
  long before = 0, after = 0;
  int before_is_dst = 0, after_is_dst = 0;
  const int found = pg_next_dst_boundary(&second, &before, &before_is_dst, &boundary, &after,
                                         &after_is_dst, zone);
  if (found < 0) throw Error(ErrorKind::kTimeOutOfRange, "timestamp out of range");
  Change change{.before = Duration(before * kUsPerSecond),
                .after = Duration(before * kUsPerSecond)};
  if (found > 0) {
    change.at = time_point(boundary);
    change.after = Duration(after * kUsPerSecond);
  }
  return change;
}

}  // namespace

const PgZone::Stretch& PgZone::stretch_of(TimePoint instant) const {
  if (last_used_.begin <= instant && instant < last_used_.end) return last_used_;
  // The past matters for as long as a clock has been set back: a day at most (Alaska, 1867).
  Stretch stretch{.begin = instant, .end = {}, .offset = {}, .shown_before = LocalTime::min()};
  Change change = next_change(instant - std::chrono::days(1), zone_);
  while (change.at <= instant) {
    const LocalTime shown(change.at.time_since_epoch() + change.before - Duration(1));
    stretch.shown_before = std::max(stretch.shown_before, shown);
    stretch.begin = change.at;
    change = next_change(change.at, zone_);
  }
  stretch.end = change.at;
  stretch.offset = change.before;
  return last_used_ = stretch;
}

LocalTime PgZone::local_of(TimePoint instant) const {
  return LocalTime(instant.time_since_epoch() + stretch_of(instant).offset);
}

LocalTime PgZone::latest_shown(TimePoint instant) const {
  return std::max(local_of(instant), stretch_of(instant).shown_before);
}

Instants PgZone::instants_of(LocalTime local) const {
  // No zone is a day ahead of UTC, so that this change is the one next to `local`, or a later one.
  const Change change =
      next_change(TimePoint(local.time_since_epoch()) - std::chrono::days(1), zone_);
  const TimePoint before(local.time_since_epoch() - change.before);
  const TimePoint after(local.time_since_epoch() - change.after);
  if (before < change.at) return {before, after < change.at ? before : after};
  if (after >= change.at) return {after, after};
  return {change.at, change.at};
}

const pg_tz* PgZone::find(const text* name) {
  char zone_name[TZ_STRLEN_MAX + 1];
  const pg_tz* zone = pg::call([&]() -> const pg_tz* {
    text_to_cstring_buffer(name, zone_name, sizeof zone_name);
    // An abbreviation comes first, as in AT TIME ZONE: it means the same wherever the server runs.
    char* lower =
        downcase_truncate_identifier(zone_name, static_cast<int>(strlen(zone_name)), false);
    int offset = 0;
    pg_tz* dynamic = nullptr;
    switch (DecodeTimezoneAbbrev(0, lower, &offset, &dynamic)) {
      case TZ:
      case DTZ: return pg_tzset_offset(-offset);
      case DYNTZ: return dynamic;
      default: return pg_tzset(zone_name);
    }
  });
  if (zone == nullptr) {
    throw pg::SqlError(ERRCODE_INVALID_PARAMETER_VALUE,
                       std::string("time zone \"") + zone_name + "\" not recognized");
  }
  return zone;
}

}  // namespace varve::function
