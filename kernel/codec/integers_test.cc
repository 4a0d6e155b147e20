#include "kernel/codec/integers.h"

#include <gtest/gtest.h>
#include <rapidcheck.h>

#include "kernel/codec/shapes.h"
#include "kernel/codec/window.h"

namespace varve::codec {
namespace {

using Values = std::vector<std::int64_t>;

constexpr std::int64_t kMin = std::numeric_limits<std::int64_t>::min();
constexpr std::int64_t kMax = std::numeric_limits<std::int64_t>::max();

Bytes encoded(const Values& values, Cut cut, const IntegerOptions& options = {}) {
  Bytes out;
  encode_integers(values, cut, options, out);
  return out;
}

Values decoded(const Bytes& bytes, Cut cut) {
  ByteView in = bytes;
  const Integers integers = Integers::open(in, cut);
  EXPECT_TRUE(in.empty()) << "bytes left over";
  Values values(cut.values());
  for (std::size_t m = 0; m < cut.vectors(); ++m) integers.decode(m, values.data() + cut.start(m));
  return values;
}

SequenceEncoding encoding_of(const Values& values) {
  const Bytes bytes = encoded(values, Cut(values.size()));
  ByteView in = bytes;
  return Integers::open(in, Cut(values.size())).encoding();
}

TEST(Integers, EveryShapeAtEveryLengthRoundTrips) {
  for (const auto& shape : shapes::kIntegerShapes) {
    for (const std::size_t n : shapes::kLengths) {
      SCOPED_TRACE(::testing::Message() << shape.name << " n " << n);
      const Values values = shapes::make(shape, n, n + 1);
      const Bytes bytes = encoded(values, Cut(n));
      EXPECT_EQ(bytes.size() % 8, 0U);
      ASSERT_EQ(decoded(bytes, Cut(n)), values);
    }
  }
}

TEST(Integers, EveryPowerOfTwoRoundTrips) {
  for (int power = 0; power < 64; ++power) {
    const std::uint64_t p = std::uint64_t{1} << power;
    for (const std::uint64_t v : {p - 1, p, p + 1, ~p, 0 - p}) {
      Values values(300, 0);
      for (std::size_t i = 0; i < values.size(); i += 2) values[i] = static_cast<std::int64_t>(v);
      values[7] = 1;
      ASSERT_EQ(decoded(encoded(values, Cut(values.size())), Cut(values.size())), values) << power;
    }
  }
}

TEST(Integers, ArbitraryValuesRoundTrip) {
  EXPECT_TRUE(rc::check([](const Values& values) {
    RC_ASSERT(decoded(encoded(values, Cut(values.size())), Cut(values.size())) == values);
  }));
}

TEST(Integers, VectorsOfUnevenLengthRoundTrip) {
  for (const auto& shape : shapes::kIntegerShapes) {
    shapes::Random random(5);
    std::vector<std::uint32_t> starts = {0};
    for (const std::uint32_t n : {0U, 1U, 1024U, 255U, 256U, 0U, 700U, 3U, 1000U}) {
      starts.push_back(starts.back() + n);
    }
    const Cut cut(starts.data(), starts.size() - 1);
    const Values values = shapes::make(shape, cut.values());
    ASSERT_EQ(decoded(encoded(values, cut), cut), values) << shape.name;
  }
}

TEST(Integers, EveryCpuLevelWritesTheSameBytes) {
  const Kernels& best = kernels();
  for (const auto& shape : shapes::kIntegerShapes) {
    const Values values = shapes::make(shape, 3000);
    choose_level(**levels().begin());
    const Bytes portable = encoded(values, Cut(values.size()));
    for (const Kernels* level : levels()) {
      choose_level(*level);
      EXPECT_EQ(encoded(values, Cut(values.size())), portable) << level->name << shape.name;
      EXPECT_EQ(decoded(portable, Cut(values.size())), values) << level->name << shape.name;
    }
  }
  choose_level(best);
}

TEST(Integers, TheCascadeChoosesTheSmallest) {
  const auto choice = [](const char* name) {
    for (const auto& shape : shapes::kIntegerShapes) {
      if (std::string_view(shape.name) == name) return encoding_of(shapes::make(shape, 65536));
    }
    return SequenceEncoding{99};
  };
  EXPECT_EQ(choice("constant"), SequenceEncoding::kConstant);
  EXPECT_EQ(choice("time_10s_regular"), SequenceEncoding::kLinear);
  EXPECT_EQ(choice("time_4000_hosts"), SequenceEncoding::kRuns);
  EXPECT_EQ(choice("bool_runs"), SequenceEncoding::kRuns);
  EXPECT_EQ(choice("random_1e6"), SequenceEncoding::kVectors);
}

/// Bits for each value, as the prototype of the format reached them; a regression shows here.
TEST(Integers, TakeNoMoreBitsThanMeasured) {
  const struct {
    const char* shape;
    double bits;
  } cases[] = {
      {"constant", 0.01},          {"time_10s_regular", 0.01},    {"time_10s_jitter_us", 19.2},
      {"time_10s_jitter_ms", 9.3}, {"time_10s_gaps", 0.40},       {"time_4000_hosts", 0.03},
      {"time_by_host", 0.25},      {"counter_exp_100", 9.75},     {"counter_slow", 0.42},
      {"random_1e6", 20.2},        {"walk_scaled_numeric", 11.3}, {"five_multiples_of_1000", 3.2},
      {"latency_outliers", 9.1},   {"bool_runs", 0.08},
  };
  for (const auto& c : cases) {
    for (const auto& shape : shapes::kIntegerShapes) {
      if (std::string_view(shape.name) != c.shape) continue;
      const Values values = shapes::make(shape, 65536);
      const double bits = 8.0 * double(encoded(values, Cut(values.size())).size()) / 65536;
      EXPECT_LE(bits, c.bits) << c.shape;
    }
  }
}

TEST(Integers, ACommonDivisorThatHoldsInTheSampleAloneIsNotUsed) {
  Values values(65536);
  for (std::size_t i = 0; i < values.size(); ++i) {
    values[i] = static_cast<std::int64_t>(i * 7919 % 65536) * 1000;
  }
  values[1] += 1;
  ASSERT_EQ(decoded(encoded(values, Cut(values.size())), Cut(values.size())), values);
}

TEST(Integers, ACommonDivisorSpansTheWholeType) {
  Values values = {kMin, kMax - 1, 0, 2, -2};
  for (int i = 0; i < 2000; ++i) values.push_back(kMin + std::int64_t{i} * 4096 * 7);
  ASSERT_EQ(decoded(encoded(values, Cut(values.size())), Cut(values.size())), values);
}

TEST(Integers, BitmapsAreBitmaps) {
  shapes::Random random(1);
  Values values(1024);
  for (auto& v : values) v = std::int64_t(random() % 2);
  const Bytes bytes = encoded(values, Cut(1024), {.bitmaps = true});
  ByteView in = bytes;
  const Integers integers = Integers::open(in, Cut(1024));
  const PackedVector vector = integers.sequence().vector(0);
  for (std::size_t i = 0; i < values.size(); ++i) {
    EXPECT_EQ(load<std::uint8_t>(vector.packed + i / 8) >> (i % 8) & 1, values[i]);
  }
  ASSERT_EQ(decoded(bytes, Cut(1024)), values);
}

TEST(Integers, TruncationIsReported) {
  for (const char* name : {"random_1e6", "time_10s_gaps", "bool_runs", "constant"}) {
    for (const auto& shape : shapes::kIntegerShapes) {
      if (std::string_view(shape.name) != name) continue;
      const Bytes bytes = encoded(shapes::make(shape, 2500), Cut(2500));
      for (std::size_t size = 0; size < bytes.size(); size += size < 200 ? 1 : 61) {
        ByteView in = ByteView(bytes).first(size);
        EXPECT_THROW(Integers::open(in, Cut(2500)), Error) << name << size;
      }
    }
  }
}

TEST(Integers, WhatIsUnknownIsNamed) {
  const auto message = [](std::size_t at, std::uint8_t value) -> std::string {
    Bytes bytes = encoded({5, 1, 9, 2, 8, 3}, Cut(6));
    bytes[at] = std::byte{value};
    ByteView in = bytes;
    try {
      Integers::open(in, Cut(6));
    } catch (const Error& error) {
      EXPECT_EQ(error.kind(), ErrorKind::kUnsupported);
      return error.what();
    }
    return "no error";
  };
  EXPECT_EQ(message(0, 77), "unknown encoding 77 of integers");
  EXPECT_EQ(message(1, 4), "unknown flags 4 of integers");
  EXPECT_EQ(message(sizeof(SequenceHeader) + 15, 0x83), "unknown vector mode 3");
}

TEST(Window, LeavesOutOutliersOnBothSides) {
  Values values(1000);
  for (std::size_t i = 0; i < values.size(); ++i) values[i] = 5000 + std::int64_t(i % 61);
  values[10] = kMin;
  values[11] = kMax;
  const Window window = choose_window(values, Packing::kLanes);
  EXPECT_EQ(window.base, 5000);
  EXPECT_EQ(window.width, 6U);
  EXPECT_EQ(window.exceptions, 2U);
}

TEST(Window, IsChosenAgainWithoutSearchingWhereThatCostsLittleMore) {
  for (const auto& shape : shapes::kIntegerShapes) {
    SCOPED_TRACE(shape.name);
    const Values values = shapes::make(shape, std::size_t{64} * kVectorRows);
    WindowChooser chooser;
    std::size_t chosen_bytes = 0, least_bytes = 0;
    for (std::size_t at = 0; at < values.size(); at += kVectorRows) {
      const auto vector = std::span(values).subspan(at, kVectorRows);
      const Window chosen = chooser.choose(vector, Packing::kLanes);
      const auto outside = std::count_if(vector.begin(), vector.end(),
                                         [&](std::int64_t v) { return !chosen.holds(v); });
      ASSERT_EQ(static_cast<std::size_t>(outside), chosen.exceptions) << at;
      chosen_bytes += window_bytes(chosen, vector.size(), Packing::kLanes);
      least_bytes +=
          window_bytes(choose_window(vector, Packing::kLanes), vector.size(), Packing::kLanes);
    }
    EXPECT_LE(chosen_bytes, least_bytes + least_bytes / 50);
  }
}

TEST(Window, IsSearchedForWhereVectorsChange) {
  WindowChooser chooser;
  const Values wide = shapes::make(shapes::kIntegerShapes[0], kVectorRows);
  chooser.choose(wide, Packing::kLanes);
  Values narrow(kVectorRows);
  for (std::size_t i = 0; i < narrow.size(); ++i) narrow[i] = std::int64_t(i % 4);
  narrow[17] = kMax;
  const Window window = chooser.choose(narrow, Packing::kLanes);
  EXPECT_EQ(window.width, 2U);
  EXPECT_EQ(window.exceptions, 1U);
}

TEST(Window, CountsWhatItHolds) {
  EXPECT_TRUE(rc::check([](const Values& values) {
    if (values.size() > kVectorRows) return;
    const Window window = choose_window(values, Packing::kHorizontal);
    const auto outside = std::count_if(values.begin(), values.end(),
                                       [&](std::int64_t v) { return !window.holds(v); });
    RC_ASSERT(static_cast<std::size_t>(outside) == window.exceptions);
  }));
}

}  // namespace
}  // namespace varve::codec
