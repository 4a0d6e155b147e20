#include "platform/sample/random.h"

#include <cmath>
#include <numbers>

namespace varve::sample {
namespace {

constexpr std::uint64_t kGolden = 0x9e3779b97f4a7c15;

std::uint64_t mix(std::uint64_t z) {
  z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9;
  z = (z ^ (z >> 27)) * 0x94d049bb133111eb;
  return z ^ (z >> 31);
}

}  // namespace

void append(std::string& out, const Uuid& id) {
  constexpr char kDigits[] = "0123456789abcdef";
  for (std::size_t i = 0; i < id.size(); ++i) {
    if (i == 4 || i == 6 || i == 8 || i == 10) out += '-';
    out += kDigits[id[i] >> 4];
    out += kDigits[id[i] & 15];
  }
}

std::string to_string(const Uuid& id) {
  std::string out;
  append(out, id);
  return out;
}

Random::Random(std::initializer_list<std::uint64_t> key) {
  for (const std::uint64_t part : key) state_ = mix(state_ + kGolden + part);
}

std::uint64_t Random::next() {
  state_ += kGolden;
  return mix(state_);
}

double Random::uniform() { return double(next() >> 11) * 0x1p-53; }

double Random::exponential(double mean) { return -mean * std::log1p(-uniform()); }

double Random::normal() {
  // Box and Muller, one of the pair: a stream that remembers the other would depend on its past.
  const double radius = std::sqrt(-2 * std::log1p(-uniform()));
  return radius * std::cos(2 * std::numbers::pi * uniform());
}

double Random::lognormal(double median, double sigma) {
  return median * std::exp(sigma * normal());
}

int Random::poisson(double mean) {
  // Knuth's product underflows for large means; sums of Poisson variables are Poisson.
  constexpr double kPart = 30;
  int count = 0;
  for (; mean > kPart; mean -= kPart) count += poisson(kPart);
  const double limit = std::exp(-mean);
  for (double product = uniform(); product > limit; product *= uniform()) ++count;
  return count;
}

Uuid Random::uuid() {
  Uuid id;
  for (std::size_t half = 0; half < 2; ++half) {
    const std::uint64_t bits = next();
    for (std::size_t i = 0; i < 8; ++i) id[8 * half + i] = std::uint8_t(bits >> (8 * i));
  }
  id[6] = std::uint8_t((id[6] & 0x0f) | 0x40);
  id[8] = std::uint8_t((id[8] & 0x3f) | 0x80);
  return id;
}

}  // namespace varve::sample
