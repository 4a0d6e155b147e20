#pragma once

#include <array>
#include <cmath>
#include <cstdint>
#include <limits>
#include <random>
#include <vector>

/// Series for tests and benchmarks: the shapes that production data takes, and those that break
/// codecs. Same seed, same series.
namespace varve::codec::shapes {

using Random = std::mt19937_64;

struct IntegerShape {
  const char* name;
  std::int64_t (*next)(Random& random, std::size_t i, std::int64_t previous);
};

inline std::int64_t wrapping_add(std::int64_t a, std::int64_t b) {
  return static_cast<std::int64_t>(static_cast<std::uint64_t>(a) + static_cast<std::uint64_t>(b));
}

inline std::int64_t normal(Random& random, double deviation) {
  return std::llround(std::normal_distribution<double>(0, deviation)(random));
}

constexpr std::int64_t kEpochUs = 757'382'400'000'000;  // 2024-01-01, PostgreSQL's count

inline constexpr IntegerShape kIntegerShapes[] = {
    {"time_10s_regular",
     [](Random&, std::size_t i, std::int64_t) {
       return kEpochUs + static_cast<std::int64_t>(i) * 10'000'000;
     }},
    {"time_10s_jitter_us",
     [](Random& random, std::size_t i, std::int64_t) {
       return kEpochUs + static_cast<std::int64_t>(i) * 10'000'000 + normal(random, 50'000);
     }},
    {"time_10s_jitter_ms",
     [](Random& random, std::size_t i, std::int64_t) {
       return kEpochUs + static_cast<std::int64_t>(i) * 10'000'000 + normal(random, 50) * 1000;
     }},
    {"time_10s_gaps",
     [](Random& random, std::size_t i, std::int64_t previous) {
       if (i == 0) return kEpochUs;
       return previous + (random() % 500 == 0 ? 10'000'000 * (2 + std::int64_t(random() % 20))
                                              : std::int64_t{10'000'000});
     }},
    {"time_4000_hosts",
     [](Random&, std::size_t i, std::int64_t) {
       return kEpochUs + static_cast<std::int64_t>(i / 4000) * 10'000'000;
     }},
    {"time_by_host",  // one negative jump in 3000 rows
     [](Random&, std::size_t i, std::int64_t) {
       return kEpochUs + static_cast<std::int64_t>(i % 3000) * 10'000'000;
     }},
    {"counter_exp_100",
     [](Random& random, std::size_t, std::int64_t previous) {
       return previous + std::int64_t(std::exponential_distribution<double>(0.01)(random));
     }},
    {"counter_slow", [](Random& random, std::size_t,
                        std::int64_t previous) { return previous + (random() % 20 == 0 ? 1 : 0); }},
    {"random_1e6",
     [](Random& random, std::size_t, std::int64_t) { return std::int64_t(random() % 1'000'000); }},
    {"walk_scaled_numeric",
     [](Random& random, std::size_t i, std::int64_t previous) {
       return i == 0 ? 1'000'000 : previous + normal(random, 300);
     }},
    {"five_multiples_of_1000",
     [](Random& random, std::size_t, std::int64_t) {
       return std::int64_t(random() % 5) * 1000 + 7000;
     }},
    {"latency_outliers",
     [](Random& random, std::size_t, std::int64_t) {
       return std::int64_t(random() % 100 == 0 ? random() % 10'000'000 : 100 + random() % 200);
     }},
    {"bool_90_percent",
     [](Random& random, std::size_t, std::int64_t) { return std::int64_t(random() % 10 != 0); }},
    {"bool_runs",
     [](Random& random, std::size_t, std::int64_t previous) {
       return random() % 300 == 0 ? 1 - previous : previous;
     }},
    {"constant", [](Random&, std::size_t, std::int64_t) { return std::int64_t{42}; }},
    {"any_64_bits",
     [](Random& random, std::size_t, std::int64_t) { return std::int64_t(random()); }},
    {"any_magnitude", [](Random& random, std::size_t,
                         std::int64_t) { return std::int64_t(random()) >> random() % 64; }},
    {"ends_of_the_type",
     [](Random& random, std::size_t, std::int64_t) {
       constexpr std::array<std::int64_t, 7> kEnds = {std::numeric_limits<std::int64_t>::min(),
                                                      std::numeric_limits<std::int64_t>::max(),
                                                      0,
                                                      -1,
                                                      1,
                                                      std::numeric_limits<std::int64_t>::min() + 1,
                                                      std::numeric_limits<std::int64_t>::max() - 1};
       return kEnds[random() % kEnds.size()];
     }},
    {"two_sided_outliers",
     [](Random& random, std::size_t, std::int64_t) {
       const std::uint64_t r = random() % 200;
       if (r == 0) return -std::int64_t(random() >> 3);
       if (r == 1) return std::int64_t(random() >> 3);
       return std::int64_t(random() % 64);
     }},
    {"wrapping_ramp",
     [](Random& random, std::size_t i, std::int64_t previous) {
       return i == 0 ? std::int64_t(random())
                     : wrapping_add(previous, (std::int64_t{1} << 60) + std::int64_t(random() % 3));
     }},
};

inline std::vector<std::int64_t> make(const IntegerShape& shape, std::size_t n,
                                      std::uint64_t seed = 1) {
  Random random(seed);
  std::vector<std::int64_t> series(n);
  std::int64_t previous = 0;
  for (std::size_t i = 0; i < n; ++i) series[i] = previous = shape.next(random, i, previous);
  return series;
}

/// The lengths at which vectors, short packing and row groups end.
inline constexpr std::size_t kLengths[] = {0,   1,   2,    3,    7,    8,     255,
                                           256, 257, 1023, 1024, 1025, 65535, 65536};

}  // namespace varve::codec::shapes
