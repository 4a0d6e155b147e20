#pragma once

#include <algorithm>
#include <array>
#include <bit>
#include <cmath>
#include <cstdint>
#include <limits>
#include <random>
#include <string>
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

struct DoubleShape {
  const char* name;
  double (*next)(Random& random, std::size_t i, double previous);
};

inline double uniform(Random& random) { return std::uniform_real_distribution<double>()(random); }
/// What reading `integer` with the point moved by a power of ten gives.
inline double decimal(std::int64_t integer, double power) { return double(integer) / power; }

inline constexpr DoubleShape kDoubleShapes[] = {
    {"walk_2_decimals",
     [](Random& random, std::size_t i, double previous) {
       return i == 0 ? 100.0 : decimal(std::llround(previous * 100) + normal(random, 5), 100);
     }},
    {"tsbs_cpu",
     [](Random& random, std::size_t, double previous) {
       return double(std::clamp<std::int64_t>(std::int64_t(previous) + normal(random, 1), 0, 100));
     }},
    {"sensor_1_decimal",
     [](Random& random, std::size_t i, double previous) {
       return i == 0 ? 20.0 : decimal(std::llround(previous * 10) + normal(random, 2), 10);
     }},
    {"sensor_nan",
     [](Random& random, std::size_t i, double) {
       if (random() % 50 == 0) return std::numeric_limits<double>::quiet_NaN();
       return decimal(std::llround(200 + 15 * std::sin(double(i) / 500)) + normal(random, 2), 10);
     }},
    {"float4_1_decimal",
     [](Random& random, std::size_t i, double) {
       return double(float(
           decimal(std::llround(200 + 15 * std::sin(double(i) / 500)) + normal(random, 2), 10)));
     }},
    {"volts_3_decimals", [](Random& random, std::size_t,
                            double) { return decimal(220'000 + normal(random, 2000), 1000); }},
    {"price_2_decimals", [](Random& random, std::size_t,
                            double) { return decimal(std::int64_t(random() % 100'000'000), 100); }},
    {"meter_2_decimals",
     [](Random& random, std::size_t i, double previous) {
       return i == 0 ? 500'000.0 : decimal(std::llround(previous * 100) + normal(random, 300), 100);
     }},
    {"computed_products", [](Random& random, std::size_t,
                             double) { return double(22'000 + normal(random, 2000)) * 0.01; }},
    {"gauge_repeats",
     [](Random& random, std::size_t i, double previous) {
       return i == 0 || random() % 20 == 0 ? uniform(random) * 100 : previous;
     }},
    {"full_precision_walk",
     [](Random& random, std::size_t, double previous) {
       return previous + std::normal_distribution<double>()(random);
     }},
    {"uniform", [](Random& random, std::size_t, double) { return uniform(random); }},
    {"few_distinct",
     [](Random& random, std::size_t, double) { return std::sqrt(double(2 + random() % 7)); }},
    {"any_64_bits",
     [](Random& random, std::size_t, double) { return std::bit_cast<double>(random()); }},
    {"any_float",
     [](Random& random, std::size_t, double) { return double(float(uniform(random))); }},
    {"special_values",
     [](Random& random, std::size_t, double) {
       constexpr std::uint64_t kSpecial[] = {
           0,                   // 0
           0x8000000000000000,  // -0
           0x7ff0000000000000,  // infinity
           0xfff0000000000000,  // -infinity
           0x7ff8000000000000,  // NaN
           0xfff8000000000001,  // NaN with sign and payload
           0x7ff0000000000001,  // signalling NaN
           1,                   // the least
           0x7fefffffffffffff,  // the greatest
           0x3ff0000000000000,  // 1
           0x3fb999999999999a,  // 0.1
           0x4320000000000000,  // 2^51
           0x431fffffffffffff,
       };
       return std::bit_cast<double>(kSpecial[random() % std::size(kSpecial)]);
     }},
};

struct StringShape {
  const char* name;
  std::string (*next)(Random& random, std::size_t i);
};

inline std::string hex(std::uint64_t number) {
  std::string digits;
  for (int i = 0; i < 16; ++i) digits += "0123456789abcdef"[number >> (4 * i) & 15];
  return digits;
}

inline constexpr StringShape kStringShapes[] = {
    {"services_20",
     [](Random& random, std::size_t) { return "service-" + std::to_string(random() % 20); }},
    {"hosts_by_time",
     [](Random&, std::size_t i) { return "host_" + std::to_string(i % 4000) + ".example.com"; }},
    {"log_lines",
     [](Random& random, std::size_t i) {
       return "GET /api/v1/items/" + std::to_string(random() % 1'000'000) +
              "?page=" + std::to_string(i % 17) + " 200 " + std::to_string(random() % 5000) + "ms";
     }},
    {"random_hex", [](Random& random, std::size_t) { return hex(random()) + hex(random()); }},
    {"labels",
     [](Random& random, std::size_t) {
       return R"({"region": "eu-)" + std::to_string(random() % 5) + R"(", "rack": )" +
              std::to_string(random() % 200) + R"(, "os": "linux"})";
     }},
    {"empty", [](Random&, std::size_t) { return std::string(); }},
    {"any_length",
     [](Random& random, std::size_t) {
       return std::string(random() % (random() % 100 == 0 ? 3000 : 9), char(random()));
     }},
};

template <class Shape>
auto make(const Shape& shape, std::size_t n, std::uint64_t seed = 1) requires
    requires(Random& random) {
  shape.next(random, std::size_t{});
}
{
  Random random(seed);
  std::vector<std::string> series(n);
  for (std::size_t i = 0; i < n; ++i) series[i] = shape.next(random, i);
  return series;
}

template <class Shape>
auto make(const Shape& shape, std::size_t n, std::uint64_t seed = 1) requires
    requires(Random& random) {
  shape.next(random, std::size_t{}, {});
}
{
  Random random(seed);
  using Value = decltype(shape.next(random, std::size_t{}, {}));
  std::vector<Value> series(n);
  Value previous{};
  for (std::size_t i = 0; i < n; ++i) series[i] = previous = shape.next(random, i, previous);
  return series;
}

/// The lengths at which vectors, short packing and row groups end.
inline constexpr std::size_t kLengths[] = {0,   1,   2,    3,    7,    8,     255,
                                           256, 257, 1023, 1024, 1025, 65535, 65536};

}  // namespace varve::codec::shapes
