#include "kernel/calendar/bucket.h"

#include <benchmark/benchmark.h>
#include <random>
#include <vector>

#include "kernel/calendar/table_zone.h"

namespace varve::calendar {
namespace {

/// Times of ten years around 2020, in no order.
std::vector<LocalTime> times() {
  std::mt19937_64 random(1);
  std::vector<LocalTime> result(4096);
  for (LocalTime& time : result) {
    time = LocalTime(
        Duration(473'385'600'000'000 + static_cast<std::int64_t>(random() % 315'360'000'000'000)));
  }
  return result;
}

void measure(benchmark::State& state, const Grid<LocalTime>& grid) {
  const auto all = times();
  for (auto _ : state) {
    for (const LocalTime time : all) benchmark::DoNotOptimize(bucket_start(time, grid));
  }
  state.SetItemsProcessed(state.iterations() * std::ssize(all));
}

void hour(benchmark::State& state) { measure(state, {.width = {.time = std::chrono::hours(1)}}); }
void day_with_offset(benchmark::State& state) {
  measure(state, {.width = {.days = 1}, .offset = {.time = std::chrono::hours(6)}});
}
void month(benchmark::State& state) { measure(state, {.width = {.months = 1}}); }
BENCHMARK(hour);
BENCHMARK(day_with_offset);
BENCHMARK(month);

/// The laws of the zone apart: its table has one change.
void day_in_zone(benchmark::State& state) {
  const auto all = times();
  const TableZone zone(std::chrono::hours(1), {{TimePoint(Duration(0)), std::chrono::hours(2)}});
  const Grid<LocalTime> grid{.width = {.days = 1}};
  for (auto _ : state) {
    for (const LocalTime time : all) {
      benchmark::DoNotOptimize(bucket_start(TimePoint(time.time_since_epoch()), grid, zone));
    }
  }
  state.SetItemsProcessed(state.iterations() * std::ssize(all));
}
BENCHMARK(day_in_zone);

}  // namespace
}  // namespace varve::calendar
