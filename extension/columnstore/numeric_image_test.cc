#include "extension/columnstore/numeric_image.h"

#include <cstdlib>
#include <cstring>
#include <gtest/gtest.h>
#include <initializer_list>
#include <limits>
#include <random>
#include <string>

namespace varve::columnstore {
namespace {

std::string image(std::initializer_list<unsigned> words) {
  std::string bytes;
  for (const unsigned value : words) {
    const auto word = static_cast<std::uint16_t>(value);
    bytes.append(reinterpret_cast<const char*>(&word), sizeof word);
  }
  return bytes;
}

// Head (sign, scale, weight), then digits of base 10,000.
TEST(NumericImage, Table) {
  const struct {
    const char* why;
    std::string bytes;
    ScaledInteger value;
  } cases[] = {
      {"0", image({0x8000}), {0, 0}},
      {"0.00", image({0x8100}), {0, 2}},
      {"1", image({0x8000, 1}), {1, 0}},
      {"-1", image({0xA000, 1}), {-1, 0}},
      {"1.0", image({0x8080, 1}), {10, 1}},
      {"1.5", image({0x8080, 1, 5000}), {15, 1}},
      {"10000", image({0x8001, 1}), {10000, 0}},
      {"12345.678", image({0x8181, 1, 2345, 6780}), {12345678, 3}},
      {"0.0001", image({0x827F, 1}), {1, 4}},
      {"0.00001", image({0x82FE, 1000}), {1, 5}},
      {"9223372036854775807", image({0x8004, 922, 3372, 368, 5477, 5807}), {INT64_MAX, 0}},
      {"NaN", image({0xC000}), {0xC000, -1}},
      {"Infinity", image({0xD000}), {0xD000, -1}},
      {"-Infinity", image({0xF000}), {0xF000, -1}},
      {"1e-64, long form", image({0x0040, 0xFFF0, 1}), {1, 64}},
  };
  for (const auto& c : cases) {
    EXPECT_EQ(scaled_integer(c.bytes), c.value) << c.why;
    char out[kMostImageBytes];
    EXPECT_EQ(std::string(out, write_image(c.value, out)), c.bytes) << c.why;
  }
}

TEST(NumericImage, WhatIsNotAsTheServerWritesItIsLeftAlone) {
  const struct {
    const char* why;
    std::string bytes;
  } cases[] = {
      {"empty", ""},
      {"odd length", std::string("\0\x80\x01", 3)},
      {"a leading zero digit", image({0x8001, 0, 1})},
      {"a trailing zero digit", image({0x8000, 1, 0})},
      {"a long form that could be short", image({0x0000, 0x0000, 1})},
      {"more digits than its scale", image({0x8000, 1, 5000})},
      {"more than 64 bits", image({0x8004, 9223, 3720, 3685, 4775, 8080})},
      {"minus zero", image({0xA000})},
      {"an unknown special value", image({0xE000})},
      {"a special value with digits", image({0xC000, 1})},
      {"a digit beyond its base", image({0x8000, 10000})},
      {"a scale beyond ours", image({0x0100, 0xFFC0, 1})},
  };
  for (const auto& c : cases) EXPECT_FALSE(scaled_integer(c.bytes)) << c.why;
}

TEST(NumericImage, EveryIntegerOfEveryScaleRoundTrips) {
  std::mt19937_64 random(1);
  for (int i = 0; i < 200000; ++i) {
    const int bits = static_cast<int>(random() % 64);
    std::int64_t integer = static_cast<std::int64_t>(random()) >> bits;
    if (integer == std::numeric_limits<std::int64_t>::min()) ++integer;
    const ScaledInteger value{integer, static_cast<std::int16_t>(random() % (kMaxScale + 1))};
    char out[kMostImageBytes];
    const std::size_t size = write_image(value, out);
    ASSERT_EQ(scaled_integer(std::string_view(out, size)), value)
        << value.integer << " / 10^" << value.scale;
  }
}

TEST(NumericImage, AnyBytesAreTakenOrLeftWithoutHarm) {
  std::mt19937_64 random(2);
  for (int i = 0; i < 200000; ++i) {
    std::string bytes(random() % 14, '\0');
    for (char& byte : bytes) byte = static_cast<char>(random() % 3 == 0 ? random() : random() % 40);
    const auto value = scaled_integer(bytes);
    if (!value) continue;
    char out[kMostImageBytes];
    ASSERT_EQ(std::string(out, write_image(*value, out)), bytes);
  }
}

TEST(NumericImage, ASpecialValueThatIsNoneWritesNothing) {
  char out[kMostImageBytes];
  EXPECT_EQ(write_image({0x8000, ScaledInteger::kSpecial}, out), 0U);
  EXPECT_EQ(write_image({0x1C000, ScaledInteger::kSpecial}, out), 0U);
  EXPECT_EQ(write_image({-1, ScaledInteger::kSpecial}, out), 0U);
}

TEST(NumericImage, UnitsAreTheSameNumber) {
  std::mt19937_64 random(3);
  for (int i = 0; i < 200000; ++i) {
    const std::int64_t integer = static_cast<std::int64_t>(random()) >> (1 + random() % 63);
    const auto scale = static_cast<std::int16_t>(random() % (kUnitScale + 1));
    char bytes[kMostImageBytes];
    const std::string_view image(bytes, write_image({integer, scale}, bytes));
    const auto found = units_of(image);
    if (scale == 0 && std::abs(integer) > INT64_MAX / 2) continue;
    ASSERT_TRUE(found) << integer << " / 10^" << scale;
    WideUnits units = integer;
    for (int digit = scale; digit < kUnitScale; ++digit) units *= 10;
    ASSERT_TRUE(found->units == units) << integer << " / 10^" << scale;
    ASSERT_EQ(found->scale, scale);
    char again[kMostImageBytes];
    ASSERT_EQ(std::string_view(again, write_units(*found, again)), image);
  }
}

TEST(NumericImage, UnitsAreOfNumbersThatFit) {
  EXPECT_FALSE(units_of(image({0xC000}))) << "NaN";
  EXPECT_FALSE(units_of(image({0x8005, 1}))) << "10^20";
  EXPECT_TRUE(units_of(image({0x8004, 9999, 9999, 9999, 9999, 9999})));
  EXPECT_FALSE(units_of(image({0x88FB, 1}))) << "10^-20";
  EXPECT_TRUE(units_of(image({0x887C, 1}))) << "10^-16";
  EXPECT_FALSE(units_of(image({0x0011, 0, 1}))) << "a scale of 17";
  EXPECT_FALSE(units_of(""));
}

}  // namespace
}  // namespace varve::columnstore
