#include "kernel/codec/level.h"

#include <cmath>
#include <gtest/gtest.h>

#include "kernel/codec/bitpack.h"
#include "kernel/codec/double_segment.h"
#include "kernel/codec/shapes.h"

namespace varve::codec {
namespace {

constexpr std::byte kGuard{0xa5};

/// A buffer of exactly `size` bytes between guards, at an odd address.
class Guarded {
 public:
  explicit Guarded(std::size_t size) : bytes_(size + 2 * kMargin, kGuard) {}
  std::byte* data() { return bytes_.data() + kMargin; }
  [[nodiscard]] std::vector<std::byte> contents() const {
    return {bytes_.begin() + kMargin, bytes_.end() - kMargin};
  }
  [[nodiscard]] bool intact() const {
    const auto guard = [](std::byte b) { return b == kGuard; };
    return std::all_of(bytes_.begin(), bytes_.begin() + kMargin, guard) &&
           std::all_of(bytes_.end() - kMargin, bytes_.end(), guard);
  }

 private:
  static constexpr std::ptrdiff_t kMargin = 193;
  std::vector<std::byte> bytes_;
};

class EveryLevel : public ::testing::Test {
 protected:
  void TearDown() override { choose_level(*best_); }
  const Kernels* best_ = &kernels();
};

TEST_F(EveryLevel, PacksTheSameBytesAndReadsThemBack) {
  shapes::Random random(7);
  for (unsigned width = 0; width <= 64; ++width) {
    for (const std::size_t n : {0, 1, 63, 64, 128, 129, 255, 256, 500, 1023, 1024}) {
      std::vector<std::int64_t> values(n);
      const std::uint64_t base = random();
      for (auto& v : values) v = static_cast<std::int64_t>(base + (random() & low_bits(width)));
      for (const Packing packing : {Packing::kLanes, Packing::kHorizontal}) {
        std::vector<std::byte> first;
        for (const Kernels* level : levels()) {
          SCOPED_TRACE(::testing::Message() << level->name << " width " << width << " n " << n);
          choose_level(*level);
          Guarded packed(packed_bytes(width, n, packing));
          pack(values.data(), n, base, width, packing, packed.data());
          ASSERT_TRUE(packed.intact());
          if (first.empty()) first = packed.contents();
          ASSERT_EQ(packed.contents(), first);

          Guarded out(n * sizeof(std::int64_t));
          std::vector<std::int64_t> decoded(n);
          unpack(packed.data(), n, width, packing, base, 1, decoded.data());
          ASSERT_EQ(decoded, values);
        }
      }
    }
  }
}

/// Runs `loop` at every level on `n` values and expects the same `out` everywhere.
template <class Out, class Loop>
std::vector<Out> agreed(std::size_t n, Loop&& loop) {
  std::vector<Out> first;
  for (const Kernels* level : levels()) {
    Guarded out(n * sizeof(Out));
    loop(*level, reinterpret_cast<Out*>(out.data()));
    EXPECT_TRUE(out.intact()) << level->name;
    std::vector<Out> values(n);
    if (n > 0) std::memcpy(values.data(), out.data(), n * sizeof(Out));
    if (level == *levels().begin()) first = values;
    EXPECT_EQ(0, n == 0 ? 0 : std::memcmp(first.data(), values.data(), n * sizeof(Out)))
        << level->name;
  }
  return first;
}

TEST_F(EveryLevel, ComputesTheSameIntegers) {
  for (const std::size_t n : {1, 2, 7, 8, 9, 64, 1000, 1024}) {
    for (const auto& shape : shapes::kIntegerShapes) {
      SCOPED_TRACE(::testing::Message() << shape.name << " n " << n);
      const auto values = shapes::make(shape, n);
      const auto steps = agreed<std::int64_t>(n, [&](const Kernels& level, std::int64_t* out) {
        std::vector<std::int64_t> aligned(n);
        level.differences(values.data(), n, aligned.data());
        std::memcpy(out, aligned.data(), n * sizeof *out);
      });
      for (const Kernels* level : levels()) {
        auto sums = steps;
        level->prefix_sum(sums.data(), n, values[0]);
        ASSERT_EQ(sums, values) << level->name;
        auto ramp = values;
        level->add_ramp(ramp.data(), n, -12345);
        for (std::size_t i = 0; i < n; ++i) {
          ASSERT_EQ(ramp[i], shapes::wrapping_add(values[i], -12345 * std::int64_t(i)));
        }
        const Shape got = level->shape(values.data(), n);
        const Shape expected = (*levels().begin())->shape(values.data(), n);
        ASSERT_EQ(got.min, *std::min_element(values.begin(), values.end()));
        ASSERT_EQ(got.max, *std::max_element(values.begin(), values.end()));
        ASSERT_EQ(got.changes, expected.changes);
        ASSERT_EQ(got.bends, expected.bends);
        const Extremes extremes = level->extremes(values.data(), n);
        ASSERT_EQ(extremes.min, got.min) << level->name;
        ASSERT_EQ(extremes.max, got.max) << level->name;
      }
    }
  }
}

TEST_F(EveryLevel, ComputesTheSameDoubles) {
  shapes::Random random(3);
  constexpr std::size_t kN = 1024;
  std::vector<std::int64_t> integers(kN);
  for (auto& v : integers) v = static_cast<std::int64_t>(random()) >> (random() % 64);
  std::vector<double> values(kN);
  for (auto& v : values) v = std::ldexp(double(random() % 1'000'000'000), int(random() % 80) - 60);
  values[3] = std::numeric_limits<double>::quiet_NaN();
  values[4] = std::numeric_limits<double>::infinity();
  values[5] = -0.0;
  const auto each = [&](auto loop) { agreed<double>(kN, loop); };
  std::vector<double> out(kN);
  const auto copy = [&](double* to) { std::memcpy(to, out.data(), kN * sizeof(double)); };
  each([&](const Kernels& k, double* to) {
    k.divide(integers.data(), kN, 1e3, out.data()), copy(to);
  });
  each([&](const Kernels& k, double* to) {
    k.divide_to_float(integers.data(), kN, 1e1, out.data()), copy(to);
  });
  each([&](const Kernels& k, double* to) {
    k.multiply(integers.data(), kN, 1e14, 1e-15, out.data()), copy(to);
  });
  agreed<std::int64_t>(kN, [&](const Kernels& k, std::int64_t* to) {
    std::vector<std::int64_t> rounded(kN);
    k.round(values.data(), kN, 100, 1, rounded.data());
    std::memcpy(to, rounded.data(), kN * sizeof *to);
  });
}

TEST_F(EveryLevel, OrdersDoublesByTheirBits) {
  shapes::Random random(5);
  for (const std::size_t n : {1, 7, 8, 9, 1000}) {
    std::vector<double> values(n);
    for (auto& value : values) value = std::bit_cast<double>(random());
    values[0] = -0.0;
    const auto out = agreed<std::int64_t>(n, [&](const Kernels& level, std::int64_t* to) {
      std::vector<std::int64_t> aligned(n);
      level.order(values.data(), n, aligned.data());
      std::memcpy(to, aligned.data(), n * sizeof *to);
    });
    for (std::size_t i = 0; i < n; ++i) ASSERT_EQ(out[i], ordered_bits(values[i]));
  }
}

TEST_F(EveryLevel, TellsWidenedFloatsFromDoubles) {
  const double infinity = std::numeric_limits<double>::infinity();
  for (const Kernels* level : levels()) {
    std::vector<double> values(100, 0.5);
    values[50] = -0.0;
    values[51] = infinity;
    values[52] = std::numeric_limits<double>::quiet_NaN();
    EXPECT_TRUE(level->all_floats(values.data(), values.size())) << level->name;
    EXPECT_TRUE(level->all_floats(values.data(), 0)) << level->name;
    for (const double other : {0.1, 1e300, 1e-300, std::bit_cast<double>(0x7ff8000000000001)}) {
      values[99] = other;
      EXPECT_FALSE(level->all_floats(values.data(), values.size())) << level->name << other;
      EXPECT_TRUE(level->all_floats(values.data(), 99)) << level->name;
    }
  }
}

TEST(ToDouble, IsExactUpToTwoToThe51) {
  const std::int64_t limit = std::int64_t{1} << 51;
  const std::vector<std::int64_t> integers = {0, 1, -1, limit - 1, 1 - limit, 123456789};
  for (const Kernels* level : levels()) {
    std::vector<double> out(integers.size());
    level->divide(integers.data(), integers.size(), 1, out.data());
    for (std::size_t i = 0; i < out.size(); ++i) EXPECT_EQ(out[i], double(integers[i]));
  }
}

}  // namespace
}  // namespace varve::codec
