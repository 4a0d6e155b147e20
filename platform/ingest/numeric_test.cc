#include "platform/ingest/numeric.h"

#include <gtest/gtest.h>
#include <string>
#include <vector>

namespace varve::ingest {
namespace {

using Digits = std::vector<std::int16_t>;

TEST(ParseNumeric, Table) {
  const struct {
    const char* text;
    int weight, scale;
    bool negative;
    Digits digits;
  } cases[] = {
      {"0", 0, 0, false, {}},
      {"-0", 0, 0, false, {}},
      {"0.00", 0, 2, false, {}},
      {"1", 0, 0, false, {1}},
      {"-1", 0, 0, true, {1}},
      {"10000", 1, 0, false, {1}},
      {"12345678901234567.8901", 4, 4, false, {1, 2345, 6789, 123, 4567, 8901}},
      {"99.90", 0, 2, false, {99, 9000}},
      {"0.1", -1, 1, false, {1000}},
      {"0.00001", -2, 5, false, {1000}},
      {"1e3", 0, 0, false, {1000}},
      {"1E+4", 1, 0, false, {1}},
      {"1.5e2", 0, 0, false, {150}},
      {"1.25e1", 0, 1, false, {12, 5000}},
      {"1e-7", -2, 7, false, {10}},
      {"100e-2", 0, 2, false, {1}},
  };
  for (const auto& c : cases) {
    SCOPED_TRACE(c.text);
    const auto numeric = parse_numeric(c.text);
    ASSERT_TRUE(numeric);
    EXPECT_EQ(Digits(numeric->digits.begin(), numeric->digits.begin() + numeric->count), c.digits);
    EXPECT_EQ(numeric->weight, c.weight);
    EXPECT_EQ(numeric->scale, c.scale);
    EXPECT_EQ(numeric->negative, c.negative);
  }
}

TEST(ParseNumeric, RefusesWhatIsNoJsonNumber) {
  for (const char* text : {"", "-", "+1", "01", ".5", "1.", "1e", "1e+", "1e1001", "1e--1", "1e+-1",
                           "NaN", "Infinity", "0x10", "1,000", "1 ", " 1", "1.2.3", "--1"}) {
    EXPECT_FALSE(parse_numeric(text)) << text;
  }
  EXPECT_FALSE(parse_numeric(std::string(65, '1')));
}

TEST(ParseNumeric, HoldsTheLongestText) {
  EXPECT_EQ(parse_numeric(std::string(64, '9'))->count, 16);
  EXPECT_EQ(parse_numeric("9." + std::string(62, '9'))->count, 17);
  EXPECT_EQ(parse_numeric("-9." + std::string(57, '9') + "e-1")->scale, 58);
}

TEST(Below1e18, Table) {
  const struct {
    const char* text;
    bool below;
  } cases[] = {
      {"0", true},
      {"999999999999999999.99999999", true},
      {"1000000000000000000", false},
      {"1e17", true},
      {"1e18", false},
      {"1e100", false},
      {"-1e100", true},
      {"1e-100", true},
  };
  for (const auto& c : cases) EXPECT_EQ(below_1e18(*parse_numeric(c.text)), c.below) << c.text;
}

}  // namespace
}  // namespace varve::ingest
