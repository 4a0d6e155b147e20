#pragma once

#include <array>
#include <cstdint>
#include <initializer_list>
#include <string>

namespace varve::sample {

/// As PostgreSQL prints it, most significant byte first.
using Uuid = std::array<std::uint8_t, 16>;
void append(std::string& out, const Uuid& id);
std::string to_string(const Uuid& id);

/// A stream of random numbers that depends on its key alone, on every compiler: the distributions
/// of the standard library are implementation-defined, so the few we need are here.
///
/// Cost    about 1 ns a number; making a stream costs a few of them, so each hour of each kind of
///         event has its own, and can be drawn without those before it.
/// Source  SplitMix64: Steele, Lea, Flood, "Fast splittable pseudorandom number generators", 2014.
class Random {
 public:
  Random(std::initializer_list<std::uint64_t> key);

  std::uint64_t next();
  /// In [0, 1).
  double uniform();
  double between(double low, double high) { return low + (high - low) * uniform(); }
  /// In [0, n); n > 0.
  std::uint64_t below(std::uint64_t n) { return next() % n; }
  bool chance(double probability) { return uniform() < probability; }
  double exponential(double mean);
  double normal();
  /// Its median is `median`; its logarithm's standard deviation `sigma`.
  double lognormal(double median, double sigma);
  int poisson(double mean);
  Uuid uuid();

 private:
  std::uint64_t state_ = 0;
};

}  // namespace varve::sample
