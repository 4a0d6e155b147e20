#include <cstdlib>
#include <cstring>

#include "kernel/calendar/bucket_law.h"
#include "kernel/calendar/table_zone.h"

namespace varve::calendar {
namespace {

/// A whole argument list of time_bucket(): every bit pattern is one.
struct Input {
  std::int64_t time, probe, origin, width_us, offset_us, change;
  std::int32_t width_months, width_days, offset_months, offset_days;
  std::int16_t zone_minutes, changed_zone_minutes;
  std::uint8_t has_origin, kind;
};

constexpr std::int64_t kFirst = -211'813'488'000'000'000;
constexpr std::int64_t kEnd = 9'223'371'331'200'000'000;

Duration in_range(std::int64_t us) {
  return Duration(us < kFirst || us >= kEnd ? us % 100'000'000'000'000'000 : us);
}

template <class Time, class Bucket>
void check(Duration time, Duration probe, const Bucket& bucket) {
  using Unit = typename Time::duration;
  const auto as_time = [](Duration d) { return Time(std::chrono::duration_cast<Unit>(d)); };
  if (broken_law(as_time(time), as_time(probe), bucket) != nullptr) std::abort();
}

void run(const Input& in) {
  const Span width{in.width_months, in.width_days, Duration(in.width_us)};
  const Span offset{in.offset_months, in.offset_days, Duration(in.offset_us)};
  const Duration time = in_range(in.time), probe = in_range(in.probe), origin = in_range(in.origin);
  Grid<LocalTime> grid{width, offset};
  if (in.has_origin % 2 == 1) grid.origin = LocalTime(origin);
  switch (in.kind % 3) {
    case 0:
      check<LocalTime>(time, probe, [&](LocalTime t) { return bucket_start(t, grid); });
      break;
    case 1: {
      Grid<LocalDay> days{width, offset};
      if (grid.origin) days.origin = std::chrono::floor<std::chrono::days>(*grid.origin);
      check<LocalDay>(time, probe, [&](LocalDay d) { return bucket_start(d, days); });
      break;
    }
    default: {
      const auto zone_offset = [](std::int16_t m) { return std::chrono::minutes(m % 720); };
      const TableZone zone(zone_offset(in.zone_minutes), {{TimePoint(in_range(in.change)),
                                                           zone_offset(in.changed_zone_minutes)}});
      check<TimePoint>(time, probe, [&](TimePoint t) { return bucket_start(t, grid, zone); });
    }
  }
}

}  // namespace
}  // namespace varve::calendar

/// Over the full range, any grid gives buckets that obey their laws, or throws.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  varve::calendar::Input input{};
  std::memcpy(&input, data, std::min(size, sizeof input));
  varve::calendar::run(input);
  return 0;
}
