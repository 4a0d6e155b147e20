#include "kernel/codec/decimal.h"

#include <algorithm>
#include <array>

#include "kernel/codec/window.h"

namespace varve::codec {
namespace {

constexpr std::size_t kMaxExponent = 18;
constexpr std::size_t kMaxPlaces = 15;
constexpr double kFewExceptions = 0.005;

constexpr std::array<double, kMaxExponent + 1> kPowers = {1e0,  1e1,  1e2,  1e3,  1e4,  1e5,  1e6,
                                                          1e7,  1e8,  1e9,  1e10, 1e11, 1e12, 1e13,
                                                          1e14, 1e15, 1e16, 1e17, 1e18};
constexpr std::array<double, kMaxExponent + 1> kInverse = {
    1e0,   1e-1,  1e-2,  1e-3,  1e-4,  1e-5,  1e-6,  1e-7,  1e-8, 1e-9,
    1e-10, 1e-11, 1e-12, 1e-13, 1e-14, 1e-15, 1e-16, 1e-17, 1e-18};

using Sample = std::span<const std::span<const double>>;

struct Counted {
  std::size_t values = 0;
  std::size_t exceptions = 0;
  [[nodiscard]] double share() const { return double(exceptions) / double(values); }
};

Counted count(const Decimal& decimal, Sample sample) {
  std::int64_t integers[kVectorRows];
  std::uint8_t differs[kVectorRows];
  Counted counted;
  for (const auto& run : sample) {
    counted.values += run.size();
    counted.exceptions += decimal.encode(run.data(), run.size(), integers, differs);
  }
  return counted;
}

/// Bits a value, in the better of a frame of reference and differences.
double estimate(const Decimal& decimal, Sample sample) {
  std::int64_t integers[kVectorRows], differences[kVectorRows];
  std::uint8_t differs[kVectorRows];
  std::size_t bytes = 0, values = 0;
  for (const auto& run : sample) {
    const std::size_t n = run.size();
    const std::size_t exceptions = decimal.encode(run.data(), n, integers, differs);
    kernels().differences(integers, n, differences);
    const auto bytes_of = [&](const std::int64_t* v) {
      return window_bytes(choose_window({v, n}, Packing::kHorizontal), n, Packing::kHorizontal);
    };
    bytes += std::min(bytes_of(integers), bytes_of(differences)) + exceptions * kExceptionBytes;
    values += n;
  }
  return 8.0 * double(bytes) / double(values);
}

/// The fewest places with hardly any exception, or else with the fewest.
Decimal choose_places(Sample sample, bool to_float, double& share) {
  Decimal best;
  share = 2;
  for (std::size_t places = 0; places <= kMaxPlaces; ++places) {
    const Decimal decimal{Decimal::Kind::kDivide, static_cast<std::uint8_t>(places), 0, to_float};
    const double exceptions = count(decimal, sample).share();
    if (exceptions < share) {
      share = exceptions;
      best = decimal;
    }
    if (share < kFewExceptions) break;
  }
  return best;
}

/// ALP's search, over the first values of each run: the fewest exceptions, and among equals the
/// smallest integers, which have the largest factor.
Decimal choose_product(Sample sample) {
  constexpr std::size_t kFew = 32;
  std::array<std::span<const double>, 8> few;
  std::size_t runs = 0;
  for (const auto& run : sample.first(std::min(sample.size(), few.size()))) {
    few[runs++] = run.first(std::min(run.size(), kFew));
  }
  Decimal best{Decimal::Kind::kMultiply, 0, 0, false};
  std::size_t fewest = SIZE_MAX;
  for (std::size_t e = 0; e <= kMaxExponent; ++e) {
    for (std::size_t f = 0; f <= e; ++f) {
      const Decimal decimal{Decimal::Kind::kMultiply, static_cast<std::uint8_t>(e),
                            static_cast<std::uint8_t>(f), false};
      const std::size_t exceptions = count(decimal, Sample(few).first(runs)).exceptions;
      if (exceptions < fewest ||
          (exceptions == fewest && e - f < best.exponent - best.factor + 0U)) {
        fewest = exceptions;
        best = decimal;
      }
    }
  }
  return best;
}

}  // namespace

bool Decimal::valid() const noexcept {
  if (exponent > kMaxExponent) return false;
  return kind == Kind::kDivide ? factor == 0 : factor <= exponent && !to_float;
}

void Decimal::decode(const std::int64_t* integers, std::size_t n, double* out) const noexcept {
  const Kernels& k = kernels();
  if (kind == Kind::kMultiply) {
    k.multiply(integers, n, kPowers[factor], kInverse[exponent], out);
  } else if (to_float) {
    k.divide_to_float(integers, n, kPowers[exponent], out);
  } else {
    k.divide(integers, n, kPowers[exponent], out);
  }
}

std::size_t Decimal::encode(const double* values, std::size_t n, std::int64_t* integers,
                            std::uint8_t* differs) const noexcept {
  double again[kVectorRows];
  kernels().round(values, n, kPowers[exponent], kInverse[factor], integers);
  decode(integers, n, again);
  const std::size_t exceptions = kernels().compare(values, again, integers, n, differs);
  if (exceptions == 0) return 0;
  // Of the values that have no integer any will do; one like its neighbours costs least.
  const auto first = static_cast<std::size_t>(std::find(differs, differs + n, 0) - differs);
  std::int64_t previous = first < n ? integers[first] : 0;
  for (std::size_t i = 0; i < n; ++i)
    previous = integers[i] = differs[i] != 0 ? previous : integers[i];
  return exceptions;
}

DecimalChoice choose_decimal(std::span<const std::span<const double>> sample, bool floats) {
  double share = 0;
  const Decimal places = choose_places(sample, false, share);
  DecimalChoice best{places, estimate(places, sample)};
  if (share < kFewExceptions) return best;
  const auto consider = [&](const Decimal& decimal) {
    const double bits = estimate(decimal, sample);
    if (bits < best.bits) best = {decimal, bits};
  };
  if (floats) consider(choose_places(sample, true, share));
  consider(choose_product(sample));
  return best;
}

}  // namespace varve::codec
